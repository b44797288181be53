# Davenport. `make` builds; `make demo`, `make test` and `make lint` also install what is missing.
#
#   make            the programs: build/plain/davenport, build/plain/airtable-sandbox
#   make unit       what needs no server               make demo [ONCE=1]     both sides filled and kept in step
#   make test       everything that can fail           make bench [ONLY=name] one line of JSON for each measure
#   make lint       layers, settings, words, checkers  make format            clang-format over all C
#   make tools      what all of these need             make chaos [SEEDS=n] [FROM=first]   random histories
#   make mutants [ONLY=words]   rules taken out of the code, one at a time: do the tests notice?
#   make vectors [FILES=…]  what the app was seen to do    make scenarios [FILES=…]  … and to sync
#   make fuzz [ONLY=name] [SECONDS_EACH=n]  what reads bytes from outside, by clang's libFuzzer
#   make pages      davenport.1 for man, davenport.bash for bash
#   make screenshots        docs/images/: the admin pages as README.md shows them
#   make test-containers  the compose file as it stands, in podman
#   make install [PREFIX=/usr/local] [DESTDIR=]  the program, its page, what bash completes, and systemd's unit
#   make clean              make kill [KILL_SEED=n] [FAULTS=1] [TWO=1]  50 kills (-9)
#
# SAN=1 builds with the address and undefined-behaviour sanitizers, SAN=thread with the thread sanitizer,
# each into a folder of its own; SAN=fuzz is for make itself. V=1 shows the commands. WERROR= lets warnings pass.
#
# Every room is a library of all its .c files but main.c; a program is its room's main.c with the
# libraries below it. A new file is picked up by being there, and a new test by its name.

SAN ?=
WERROR ?= -Werror
V ?=
ONLY ?=
ONCE ?=
SEEDS ?= 100000
FILES ?= $(filter-out %/base-schema.json %/sync-scenarios.json,$(wildcard tests/vectors/*.json))
SCENARIO_FILES = $(if $(filter file,$(origin FILES)),tests/vectors/sync-scenarios.json,$(FILES))
SECONDS_EACH ?= 60
FUZZING := $(filter fuzz,$(SAN))
CC = $(if $(FUZZING),clang,gcc)
BUILD := build/$(if $(FUZZING),fuzz,$(if $(SAN),san-$(SAN),plain))

# Goals that run something print as they go; all others build, in parallel, one target's words at a time.
RUNNING := test unit vectors scenarios chaos mutants fuzz kill demo screenshots bench lint format tools install test-containers
MAKEFLAGS += -rR --no-print-directory
ifeq ($(filter $(RUNNING),$(MAKECMDGOALS)),)
MAKEFLAGS += --output-sync=target
endif
ifeq ($(MAKELEVEL)$(findstring -j,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc)
endif

ROOMS := base inventory couch airtable web public-images photos bridge sandbox
PACKAGES := libcurl json-c libmicrohttpd libsodium libseccomp
LOADED := vips # by a child of the program when it needs it: only its headers are built with
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 \
	-Wno-format-truncation $(WERROR)
ifeq ($(SAN),fuzz)
WARNINGS := $(WERROR) # the compiler's own; gcc has said the rest
endif
ASAN := -fsanitize=address,undefined -fno-sanitize-recover=all
SANITIZE := $(if $(filter thread,$(SAN)),-fsanitize=thread,$(if $(SAN),$(ASAN))) \
	$(if $(FUZZING),-fsanitize=fuzzer-no-link)
CFLAGS := -std=gnu17 -O2 -g -I. $(WARNINGS) $(SANITIZE) -fno-omit-frame-pointer -MMD -MP -pthread \
	$(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
LOADED_CFLAGS := $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(LOADED) 2>/dev/null))
LDLIBS := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lm
LDFLAGS := -pthread $(SANITIZE)

ifeq ($(V),)
say = @echo "  $(1) $@";
endif

sources = $(filter-out $(1)/main.c,$(wildcard $(1)/*.c $(1)/*/*.c))
objects = $(patsubst %.c,$(BUILD)/%.o,$(1))
libraries = $(foreach room,$(1),$(BUILD)/lib$(room).a)
programs = $(patsubst %.c,$(BUILD)/%,$(wildcard $(1)))

# What a room is linked with, its own library first.
BRIDGE_LIBS := $(call libraries,bridge public-images web photos airtable couch inventory base)
SANDBOX_LIBS := $(call libraries,sandbox base)
TEST_LIBS := $(call libraries,bridge public-images web photos airtable couch inventory sandbox base)

PROGRAMS := $(if $(wildcard bridge/main.c),$(BUILD)/davenport) \
	$(if $(wildcard sandbox/main.c),$(BUILD)/airtable-sandbox)

# Tests by kind, each a program that speaks TAP; what takes longest comes first.
UNIT_TESTS := $(call programs,tests/worlds/*_test.c tests/unit/*_test.c tests/vectors/*_test.c)
SERVER_TESTS := $(call programs,tests/scenarios/*_test.c)
SCRIPT_TESTS := $(wildcard $(foreach folder,browser scenarios demo official-client tools fuzz,\
	tests/$(folder)/*_test.sh tests/$(folder)/*_test.mjs))
BENCHES := $(call programs,tests/bench/*.c)
FUZZ_TARGETS := $(call programs,tests/fuzz/*.c)

# The sanitizers look at our programs, which the scenarios run; the fuzz targets have those of their own build.
ifneq ($(SAN),)
SCRIPT_TESTS := $(filter tests/scenarios/%,$(SCRIPT_TESTS))
endif

# The thread sanitizer looks at what runs threads, and is slow: at nothing else.
ifeq ($(SAN),thread)
THREADED := log http couch_faults airtable_client airtable_limiter airtable_records sandbox_server couch airtable \
	images_server served_databases couch_pictures admin_server
UNIT_TESTS := $(filter $(foreach test,$(THREADED),%/unit/$(test)_test),$(UNIT_TESTS))
SERVER_TESTS := $(filter $(foreach test,$(THREADED),%/scenarios/$(test)_test),$(SERVER_TESTS))
SCRIPT_TESTS := $(filter %/bridge_sync_test.mjs %/bridge_faults_test.mjs %/bridge_pictures_test.mjs %/sandbox_program_test.mjs %/sandbox_pictures_test.mjs,$(SCRIPT_TESTS))
endif

all: $(PROGRAMS)

# Objects are made anew when the compiler or a flag changes, libraries when a file goes away.
$(BUILD)/flags: FORCE
	@pkg-config --exists $(PACKAGES) $(LOADED) || { echo "make: libraries are missing: run tools/install build" >&2; exit 1; }
	@mkdir -p $(@D)
	@echo '$(CC) $(CFLAGS) $(LDFLAGS) $(LDLIBS)' | cmp -s - $@ || echo '$(CC) $(CFLAGS) $(LDFLAGS) $(LDLIBS)' >$@

$(BUILD)/files: FORCE
	@mkdir -p $(@D)
	@echo $(foreach room,$(ROOMS),$(call sources,$(room))) | cmp -s - $@ || \
		echo $(foreach room,$(ROOMS),$(call sources,$(room))) >$@

$(BUILD)/davenport: $(BUILD)/bridge/main.o $(BRIDGE_LIBS)
	$(call say,LINK)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# The manual page and what bash completes, as the program itself has them.
pages: $(BUILD)/davenport.1 $(BUILD)/davenport.bash

$(BUILD)/davenport.1: $(BUILD)/davenport
	$(call say,MAN)$< help man >$@

$(BUILD)/davenport.bash: $(BUILD)/davenport
	$(call say,BASH)$< help completion >$@

$(BUILD)/airtable-sandbox: $(BUILD)/sandbox/main.o $(SANDBOX_LIBS)
	$(call say,LINK)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

define room_library
$(BUILD)/lib$(1).a: $(call objects,$(call sources,$(1))) $(BUILD)/files
	$$(call say,AR)rm -f $$@ && ar rcs $$@ $$(filter %.o,$$^)
endef
$(foreach room,$(ROOMS),$(eval $(call room_library,$(room))))

$(BUILD)/photos/%.o: CFLAGS += $(LOADED_CFLAGS)

# What draws pictures to try the decoder with.
DRAWING := $(BUILD)/tests/unit/photo_decode_test $(BUILD)/tests/bench/photos
$(DRAWING:=.o): CFLAGS += $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(LOADED) libheif 2>/dev/null))
$(DRAWING): LDLIBS += $(shell pkg-config --libs $(LOADED) libheif 2>/dev/null)

# What draws the demo's pictures.
DRAW := $(BUILD)/demo/draw
$(DRAW).o: private CFLAGS += $(LOADED_CFLAGS)
$(DRAW): private LDLIBS += $(shell pkg-config --libs $(LOADED) 2>/dev/null)
$(DRAW): $(DRAW).o $(call libraries,inventory base)
	$(call say,LINK)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(CFLAGS) -c -o $@ $<

# The page is in the program as bytes, included by the assembler: the compiler does not list it.
$(BUILD)/sandbox/page.o: sandbox/page.html

$(BUILD)/bridge/pages/files.o: bridge/pages/style.css bridge/pages/script.js bridge/pages/icon.svg

# A test is one file, what its folder holds beside the tests, the fakes and all rooms.
define test_programs
$(BUILD)/tests/$(1)/%: $(BUILD)/tests/$(1)/%.o $(call objects,$(wildcard tests/fakes/*.c) \
		$(filter-out %_test.c,$(if $(filter bench,$(1)),,$(wildcard tests/$(1)/*.c)))) $(TEST_LIBS)
	$$(call say,LINK)$$(CC) $$(LDFLAGS) -o $$@ $$(filter %.o,$$^) $$(filter %.a,$$^) $$(LDLIBS) -lcmocka
endef
$(foreach folder,unit vectors worlds scenarios bench,$(eval $(call test_programs,$(folder))))

# With SAN=fuzz, by clang. A target may include a room's .c file: its own is linked before the library's.
$(BUILD)/tests/fuzz/%: $(BUILD)/tests/fuzz/%.o $(TEST_LIBS)
	$(call say,LINK)$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LDLIBS) -lcmocka

# The worlds in memory, played again on real servers.
$(BUILD)/tests/scenarios/worlds_test $(BUILD)/tests/scenarios/sides_test: $(call objects,$(wildcard tests/replay/*.c) \
	$(filter-out %_test.c,$(wildcard tests/worlds/*.c)))

# The bridge without Airtable's rate, for what a bench prepares: what is linked before a library is not taken out of it.
UNLIMITED := $(BUILD)/tests/bench/lib/unlimited
$(UNLIMITED): $(BUILD)/tests/bench/lib/unlimited.o $(BUILD)/bridge/main.o $(BRIDGE_LIBS)
	$(call say,LINK)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# The picture server without a bridge around it.
IMAGES_SERVER := $(BUILD)/tests/bench/lib/images_server
$(IMAGES_SERVER): $(BUILD)/tests/bench/lib/images_server.o $(call libraries,public-images web base)
	$(call say,LINK)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# The libraries' flags are asked for when a Makefile is read: what was just installed needs a make of its own.
demo-built: $(PROGRAMS) $(DRAW)
tests-built: demo-built $(UNIT_TESTS) $(SERVER_TESTS)
units-built: $(UNIT_TESTS)
scenarios-built: $(PROGRAMS) $(BUILD)/tests/scenarios/recordings_test
vectors-built: $(BUILD)/tests/vectors/vectors_test
benches-built: $(PROGRAMS) $(BENCHES) $(UNLIMITED) $(IMAGES_SERVER)
fuzz-built: $(FUZZ_TARGETS)

export SAN
export DAVENPORT = $(abspath $(BUILD)/davenport)
export AIRTABLE_SANDBOX = $(abspath $(BUILD)/airtable-sandbox)
export DEMO_DRAW = $(abspath $(DRAW))
export TEST_LOGS = $(BUILD)/test-logs

unit:
	@$(MAKE) units-built
	@tests/run $(UNIT_TESTS)

# The last line on stdout is the count, also where the build ends it.
test:
	@{ tools/install test && $(MAKE) tests-built $(if $(SAN),,&& $(MAKE) SAN=fuzz fuzz-built); } || { echo "0 passed, 1 failed"; exit 1; }
	@tests/run $(UNIT_TESTS) $(SCRIPT_TESTS) $(SERVER_TESTS)

vectors:
	@$(MAKE) vectors-built
	@$(BUILD)/tests/vectors/vectors_test $(FILES)

# With a CouchDB server of its own, like any program of tests/scenarios.
scenarios:
	@$(MAKE) scenarios-built
	@tests/with-couch $(BUILD)/tests/scenarios/recordings_test $(SCENARIO_FILES)

chaos:
	@$(MAKE) units-built
	@GLIBC_TUNABLES=glibc.malloc.tcache_count=200 $(BUILD)/tests/worlds/chaos_test $(SEEDS) $(FROM)

mutants:
	@$(MAKE) units-built
	@tools/mutants "$(ONLY)"

fuzz:
	@tools/install fuzz
	@$(MAKE) SAN=fuzz fuzz-built
	@SECONDS_EACH=$(SECONDS_EACH) tests/fuzz/run $(ONLY)

kill:
	@tools/install test
	@$(MAKE) all
	@tests/with-couch node tests/scenarios/kill_campaign.mjs

demo:
	@tools/install demo
	@$(MAKE) demo-built
	@node demo/run.mjs $(if $(ONCE),--once)

screenshots:
	@tools/install test
	@$(MAKE) all
	@DAVENPORT=$(BUILD)/davenport AIRTABLE_SANDBOX=$(BUILD)/airtable-sandbox node tests/browser/screenshots.mjs

bench:
	@tools/install bench >&2
	@$(MAKE) benches-built >&2
	@tools/bench $(ONLY)

lint:
	@tools/install lint
	@tools/lint

format:
	@find $(wildcard $(ROOMS) tests demo) -name node_modules -prune -o -name '*.[ch]' -print | xargs -r clang-format -i

tools:
	@tools/install all

test-containers:
	@tests/containers/run

# SYSTEMD: where units lie; empty: none is installed.
PREFIX ?= /usr/local
DESTDIR ?=
SYSTEMD ?= $(PREFIX)/lib/systemd/system
INSTALL_FILE := install -D -m 644
install:
	@$(MAKE) all pages
	$(call say,INSTALL)install -D -s $(BUILD)/davenport $(DESTDIR)$(PREFIX)/bin/davenport
	@$(INSTALL_FILE) $(BUILD)/davenport.1 $(DESTDIR)$(PREFIX)/share/man/man1/davenport.1
	@$(INSTALL_FILE) $(BUILD)/davenport.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/davenport
	@[ -z "$(SYSTEMD)" ] || { mkdir -p $(DESTDIR)$(SYSTEMD) && sed 's,/usr/bin/,$(PREFIX)/bin/,' deploy/davenport.service \
		>$(DESTDIR)$(SYSTEMD)/davenport.service; }

clean:
	rm -rf build

.PHONY: all pages $(RUNNING) clean demo-built tests-built units-built vectors-built scenarios-built benches-built fuzz-built FORCE
.SECONDARY:
.DELETE_ON_ERROR:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
