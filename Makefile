# Davenport. `make` builds; `make demo` and `make test` also install what is missing.
#
# Every room is a library of all its .c files but main.c; a program is its room's main.c with the
# libraries below it. A new file is picked up by being there.

SAN ?=
WERROR ?= -Werror
CC = gcc
BUILD := build/$(if $(SAN),san-$(SAN),plain)

ROOMS := base inventory couch airtable bridge sandbox
PACKAGES := libcurl json-c libmicrohttpd libsodium
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 \
	-Wno-format-truncation $(WERROR)
ASAN := -fsanitize=address,undefined -fno-sanitize-recover=all
SANITIZE := $(if $(filter thread,$(SAN)),-fsanitize=thread,$(if $(SAN),$(ASAN)))
CFLAGS := -std=gnu17 -O2 -g -I. $(WARNINGS) $(SANITIZE) -fno-omit-frame-pointer -MMD -MP -pthread \
	$(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
LDLIBS := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lm
LDFLAGS := -pthread $(SANITIZE)

sources = $(filter-out $(1)/main.c,$(wildcard $(1)/*.c))
objects = $(patsubst %.c,$(BUILD)/%.o,$(1))
libraries = $(foreach room,$(1),$(BUILD)/lib$(room).a)

# What a room is linked with, its own library first.
BRIDGE_LIBS := $(call libraries,bridge airtable couch inventory base)
SANDBOX_LIBS := $(call libraries,sandbox base)

PROGRAMS := $(if $(wildcard bridge/main.c),$(BUILD)/davenport) $(if $(wildcard sandbox/main.c),$(BUILD)/airtable-sandbox)
UNIT_TESTS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/*_test.c))

all: $(PROGRAMS)

$(BUILD)/davenport: $(BUILD)/bridge/main.o $(BRIDGE_LIBS)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/airtable-sandbox: $(BUILD)/sandbox/main.o $(SANDBOX_LIBS)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

define room_library
$(BUILD)/lib$(1).a: $(call objects,$(call sources,$(1)))
	@mkdir -p $$(@D)
	rm -f $$@ && ar rcs $$@ $$^
endef
$(foreach room,$(ROOMS),$(eval $(call room_library,$(room))))

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -c -o $@ $<

$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(call objects,$(wildcard tests/fakes/*.c)) \
		$(call libraries,bridge airtable couch inventory sandbox base)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcmocka

unit: $(UNIT_TESTS)
	tests/run $(UNIT_TESTS)

clean:
	rm -rf build

.PHONY: all unit clean
.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
