/* filterByFormula: a table of formulas, what is refused and in which words, sets against the plain walk, and formulas
 * made at random. FORMULA_TEST_SEED repeats a run, FORMULA_TEST_ROUNDS lengthens it. */
#include "base/clock.h"
#include "base/text.h"
#include "sandbox/formula.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- rows ---- */

enum field { NAME, NOTES, COUNT, PRICE, DONE, WHEN, LINKS, TYPE, BRACE, REF, FIELDS };

static const struct {
	const char *name, *id;
} fields[FIELDS] = {
	[NAME] = {"Name", "fldAAAAAAAAAAAAA0"},        [NOTES] = {"Notes", "fldAAAAAAAAAAAAA1"},
	[COUNT] = {"Count", "fldAAAAAAAAAAAAA2"},      [PRICE] = {"Unit Price", "fldAAAAAAAAAAAAA3"},
	[DONE] = {"Done", "fldAAAAAAAAAAAAA4"},        [WHEN] = {"When", "fldAAAAAAAAAAAAA5"},
	[LINKS] = {"Links", "fldAAAAAAAAAAAAA6"},      [TYPE] = {"Type", "fldAAAAAAAAAAAAA7"},
	[BRACE] = {"odd } name", "fldAAAAAAAAAAAAA8"}, [REF] = {"Größe", "fldAAAAAAAAAAAAA9"},
};

struct row {
	const char *id;
	const char *created, *modified; /* modified NULL: never */
	const char *modified_fields[FIELDS];
	struct formula_value cells[FIELDS];
	const char *when;
};

#define TEXT(words)                                                                                          \
	{                                                                                                    \
		.kind = FORMULA_TEXT, .text = (words)                                                        \
	}
#define NUMBER(value)                                                                                        \
	{                                                                                                    \
		.kind = FORMULA_NUMBER, .number = (value)                                                    \
	}
#define TRUTH(value)                                                                                         \
	{                                                                                                    \
		.kind = FORMULA_TRUTH, .number = (value)                                                     \
	}

static const struct row full = {
	.id = "recAAAAAAAAAAAAAA",
	.created = "2026-01-01T10:00:00.000Z",
	.modified = "2026-02-03T04:05:06.789Z",
	.modified_fields = {[NAME] = "2026-02-03T04:05:06.789Z", [COUNT] = "2026-01-20T00:00:00.000Z"},
	.when = "2026-03-31T22:30:00.000Z",
	.cells =
		{
			[NAME] = TEXT("O'Neil's Box"),
			[NOTES] = TEXT("first line\nsecond \\ line"),
			[COUNT] = NUMBER(5),
			[PRICE] = NUMBER(2.01),
			[DONE] = TRUTH(1),
			[LINKS] = TEXT("Shelf, Drawer"),
			[TYPE] = TEXT("Item with Parts"),
			[BRACE] = TEXT("}"),
			[REF] = TEXT("Äpfel 😀 naß"),
		},
};
static const struct row empty = {.id = "recBBBBBBBBBBBBBB", .created = "2026-01-02T03:04:05.000Z"};
static const struct row zero = {
	.id = "recCCCCCCCCCCCCCC",
	.created = "2026-01-02T03:04:05.000Z",
	.cells = {[NAME] = TEXT(""), [COUNT] = NUMBER(0), [DONE] = TRUTH(0)},
};

static size_t row_id_asked;

static const char *row_id(void *context)
{
	const struct row *row = context;
	row_id_asked++;
	return row->id;
}

static int64_t iso_ms(const char *iso)
{
	int64_t time_ms = 0;
	if (iso)
		assert_true(clock_from_iso(iso, &time_ms));
	return time_ms;
}

static int64_t row_created(void *context)
{
	const struct row *row = context;
	return iso_ms(row->created);
}

static int64_t row_modified(void *context, const int *which, size_t count)
{
	const struct row *row = context;
	int64_t newest = count == 0 ? iso_ms(row->modified) : 0;
	for (size_t i = 0; i < count; i++) {
		int64_t modified_ms = iso_ms(row->modified_fields[which[i]]);
		newest = modified_ms > newest ? modified_ms : newest;
	}
	return newest;
}

static struct formula_value row_cell(void *context, int field)
{
	const struct row *row = context;
	if (field == WHEN && row->when)
		return (struct formula_value){.kind = FORMULA_TIME, .time_ms = iso_ms(row->when)};
	return row->cells[field];
}

static struct formula_row view_of(const struct row *row)
{
	return (struct formula_row){(void *)(uintptr_t)row, row_id, row_created, row_modified, row_cell};
}

static int find_field(void *context, const char *name_or_id)
{
	(void)context;
	for (int i = 0; i < FIELDS; i++)
		if (strcmp(fields[i].name, name_or_id) == 0 || strcmp(fields[i].id, name_or_id) == 0)
			return i;
	return -1;
}

/* "number 5", "text abc", "true", "time 2026-...", "blank", "fault" */
static char *words_of(struct formula_value value)
{
	char iso[CLOCK_ISO_SIZE] = "out of range";

	switch (value.kind) {
	case FORMULA_BLANK:
		return own_copy("blank");
	case FORMULA_TEXT:
		return own_format("text %s", value.text);
	case FORMULA_NUMBER:
		return own_format("number %.15g", value.number);
	case FORMULA_TRUTH:
		return own_copy(value.number != 0 ? "true" : "false");
	case FORMULA_TIME:
		(void)clock_iso(value.time_ms, iso);
		return own_format("time %s", iso);
	case FORMULA_FAULT:
		break;
	}
	return own_copy("fault");
}

#define NOW "2026-06-15T12:34:56.789Z"

/* ---- values ---- */

struct value_case {
	const char *sentence, *formula;
	const struct row *row;
	const char *expected;
};

static const struct value_case values[] = {
	/* literals and how they are written */
	{"a whole number", "3", &full, "number 3"},
	{"a fraction", "3.5", &full, "number 3.5"},
	{"a fraction without its zero", ".5", &full, "number 0.5"},
	{"a text in single quotes", "'abc'", &full, "text abc"},
	{"a text in double quotes", "\"abc\"", &full, "text abc"},
	{"an escaped single quote", "'O\\'Neil'", &full, "text O'Neil"},
	{"an escaped double quote", "\"say \\\"so\\\"\"", &full, "text say \"so\""},
	{"an escaped backslash", "'a\\\\b'", &full, "text a\\b"},
	{"an escaped backslash at the end", "'a\\\\'", &full, "text a\\"},
	{"the other quote needs no escape", "'\"' & \"'\"", &full, "text \"'"},
	{"escaped line break, tab, return", "'a\\nb\\tc\\rd'", &full, "text a\nb\tc\rd"},
	{"an unknown escape is the byte itself", "'\\q'", &full, "text q"},
	{"an empty text", "''", &full, "text "},
	{"a text in several scripts", "'日本語 😀 \xD9\x85\xD8\xB1\xD8\xAD\xD8\xA8\xD8\xA7'", &full,
	 "text 日本語 😀 \xD9\x85\xD8\xB1\xD8\xAD\xD8\xA8\xD8\xA7"},
	{"space and line breaks between everything", " \n( 1\t+ \r\n2 ) ", &full, "number 3"},

	/* fields */
	{"a field in braces", "{Name}", &full, "text O'Neil's Box"},
	{"a field by its id in braces", "{fldAAAAAAAAAAAAA0}", &full, "text O'Neil's Box"},
	{"a field by its bare name", "Name", &full, "text O'Neil's Box"},
	{"a field by its bare id", "fldAAAAAAAAAAAAA2", &full, "number 5"},
	{"a bare name of letters beyond ASCII", "Größe", &full, "text Äpfel 😀 naß"},
	{"a name with a space in braces", "{Unit Price}", &full, "number 2.01"},
	{"a name with an escaped brace", "{odd \\} name}", &full, "text }"},
	{"an empty cell", "{Name}", &empty, "blank"},
	{"a checkbox", "{Done}", &full, "true"},
	{"a date", "{When}", &full, "time 2026-03-31T22:30:00.000Z"},
	{"a bare name that is also a function's", "Name&LEN('abc')", &full, "text O'Neil's Box3"},

	/* operators and what binds tighter */
	{"times before plus", "2+3*4", &full, "number 14"},
	{"parentheses first", "(2+3)*4", &full, "number 20"},
	{"minus from the left", "10-3-2", &full, "number 5"},
	{"divided from the left", "100/5/2", &full, "number 10"},
	{"times and divided have one rank", "12/3*2", &full, "number 8"},
	{"unary minus", "-3+5", &full, "number 2"},
	{"unary minus of a field", "-{Count}", &full, "number -5"},
	{"two signs", "--3", &full, "number 3"},
	{"minus a minus", "5--3", &full, "number 8"},
	{"a sign before parentheses", "-(2+3)", &full, "number -5"},
	{"plus before joining", "1+2&3+4", &full, "text 37"},
	{"joining before comparing", "'a'&'b'='ab'", &full, "true"},
	{"comparing from the left", "1<2<3", &full, "true"},
	{"blank counts as 0", "{Count}+1", &empty, "number 1"},
	{"a truth counts as 1", "{Done}+1", &full, "number 2"},
	{"a text does not count", "'5'+1", &full, "fault"},
	{"a date does not count", "{When}+1", &full, "fault"},
	{"minus a text", "-'a'", &full, "fault"},
	{"divided by zero is infinite", "1/0", &full, "number inf"},
	{"minus divided by zero", "-1/0", &full, "number -inf"},
	{"zero by zero is no number", "ISERROR(0/0)", &full, "false"},
	{"a fault spreads through operators", "1+ERROR()", &full, "fault"},
	{"a fault spreads through joining", "'a'&ERROR()", &full, "fault"},
	{"a fault spreads through comparing", "ERROR()=ERROR()", &full, "fault"},
	{"a fault on the left spreads", "ERROR()!=1", &full, "fault"},
	{"a fault on the right spreads", "1=ERROR()", &full, "fault"},
	{"a fault has no order", "'a'<ERROR()", &full, "fault"},

	/* joining */
	{"numbers join without a fraction", "1&2", &full, "text 12"},
	{"a fraction joins in its shortest form", "0.1&''", &full, "text 0.1"},
	{"0.1+0.2 is what doubles make of it", "(0.1+0.2)&''", &full, "text 0.30000000000000004"},
	{"a big number joins without an exponent", "100000000000000000000&''", &full,
	 "text 100000000000000000000"},
	{"minus zero joins as 0", "(0*-1)&''", &full, "text 0"},
	{"a blank joins as nothing", "'a'&BLANK()&'b'", &full, "text ab"},
	{"a truth joins as 1", "TRUE()&FALSE()", &full, "text 10"},
	{"a date joins as ISO", "{When}&''", &full, "text 2026-03-31T22:30:00.000Z"},
	{"infinity joins", "1/0&'x'", &full, "text Infinityx"},
	{"no number joins", "0/0&'x'", &full, "text NaNx"},

	/* equal and not */
	{"equal texts", "{Name}='O\\'Neil\\'s Box'", &full, "true"},
	{"letters' case matters", "{Name}='o\\'neil\\'s box'", &full, "false"},
	{"space matters", "'a '='a'", &full, "false"},
	{"unequal texts", "{Name}!='x'", &full, "true"},
	{"equal numbers", "{Count}=5", &full, "true"},
	{"equal fractions", "{Unit Price}=2.01", &full, "true"},
	{"a number is no text", "{Count}='5'", &full, "false"},
	{"a checkbox equals 1", "{Done}=1", &full, "true"},
	{"a checkbox equals TRUE()", "{Done}=TRUE()", &full, "true"},
	{"an empty checkbox does not equal TRUE()", "{Done}=TRUE()", &empty, "false"},
	{"an empty checkbox does not equal FALSE()", "{Done}=FALSE()", &empty, "false"},
	{"FALSE() equals 0", "FALSE()=0", &full, "true"},
	{"an empty cell equals BLANK()", "{Name}=BLANK()", &empty, "true"},
	{"an empty cell equals ''", "{Name}=''", &empty, "true"},
	{"an empty number equals 0", "{Count}=0", &empty, "true"},
	{"0 equals BLANK()", "{Count}=BLANK()", &zero, "true"},
	{"an empty text equals BLANK()", "{Name}=BLANK()", &zero, "true"},
	{"a full cell does not equal BLANK()", "{Name}=BLANK()", &full, "false"},
	{"a full cell does not equal ''", "{Name}!=''", &full, "true"},
	{"a date does not equal BLANK()", "{When}=BLANK()", &full, "false"},
	{"BLANK() equals BLANK()", "BLANK()=BLANK()", &full, "true"},
	{"0/0 equals nothing", "0/0=0/0", &full, "false"},
	{"a date equals the same date parsed", "{When}=DATETIME_PARSE('2026-03-31T22:30:00.000Z')", &full,
	 "true"},
	{"a date equals its text", "{When}='2026-03-31T22:30:00.000Z'", &full, "true"},
	{"a date equals the same moment with an offset", "{When}='2026-04-01T00:30:00+02:00'", &full, "true"},
	{"a date does not equal what is no date", "{When}='soon'", &full, "false"},
	{"a date does not equal a number", "{When}=5", &full, "false"},
	{"links are their primary texts", "{Links}='Shelf, Drawer'", &full, "true"},
	{"a select is its option's name", "{Type}='Item with Parts'", &full, "true"},

	/* before and behind */
	{"less", "{Count}<6", &full, "true"},
	{"not less", "{Count}<5", &full, "false"},
	{"less or equal", "{Count}<=5", &full, "true"},
	{"more", "{Count}>4.9", &full, "true"},
	{"more or equal", "{Count}>=5.1", &full, "false"},
	{"a blank is less than 1", "{Count}<1", &empty, "true"},
	{"texts by their letters", "'abc'<'abd'", &full, "true"},
	{"a blank comes before any text", "BLANK()<'a'", &full, "true"},
	{"a number and a text have no order", "5<'a'", &full, "fault"},
	{"0/0 is not less", "0/0<1", &full, "false"},
	{"0/0 is not more or equal", "0/0>=1", &full, "false"},
	{"a date after a text's", "{When}>'2026-03-31T22:29:59.999Z'", &full, "true"},
	{"a date not after its own text", "{When}>'2026-03-31T22:30:00.000Z'", &full, "false"},
	{"a date at or after its own text", "{When}>='2026-03-31T22:30:00.000Z'", &full, "true"},
	{"a date after a day", "{When}>'2026-03-31'", &full, "true"},
	{"a date and no date have no order", "{When}>'soon'", &full, "fault"},
	{"an empty date is not after", "{When}>'2020-01-01'", &empty, "false"},
	{"no modified time is not after anything", "LAST_MODIFIED_TIME()>=DATETIME_PARSE('2020-01-01')",
	 &empty, "false"},
	{"a modified time against a text", "LAST_MODIFIED_TIME()>='2026-02-03T04:05:06.789Z'", &full, "true"},

	/* AND, OR, NOT, XOR, IF, SWITCH */
	{"AND of truths", "AND(1,'a',{Done})", &full, "true"},
	{"AND with one that is not", "AND(1,'',1)", &full, "false"},
	{"AND with a fault", "AND(0,ERROR())", &full, "fault"},
	{"OR with one truth", "OR(0,'',{Count})", &full, "true"},
	{"OR of none", "OR(0,'',BLANK())", &full, "false"},
	{"OR with a fault, whatever its order", "OR(1,ERROR())", &full, "fault"},
	{"OR of one", "OR(5)", &full, "true"},
	{"NOT of a blank", "NOT({Name})", &empty, "true"},
	{"NOT of a text", "NOT({Name})", &full, "false"},
	{"NOT of a fault", "NOT(ERROR())", &full, "fault"},
	{"XOR of one truth in three", "XOR(0,1,0)", &full, "true"},
	{"XOR of two truths in three", "XOR(1,1,0)", &full, "false"},
	{"XOR with a fault", "XOR(1,ERROR())", &full, "fault"},
	{"IF true", "IF({Done},'yes','no')", &full, "text yes"},
	{"IF false", "IF({Done},'yes','no')", &empty, "text no"},
	{"IF false without an else", "IF(0,'yes')", &full, "blank"},
	{"IF does not look at the other branch", "IF(1,'yes',ERROR())", &full, "text yes"},
	{"IF of a fault", "IF(ERROR(),1,2)", &full, "fault"},
	{"SWITCH finds its pattern", "SWITCH({Count},4,'four',5,'five','many')", &full, "text five"},
	{"SWITCH takes the last when nothing fits", "SWITCH({Count},4,'four',6,'six','many')", &full,
	 "text many"},
	{"SWITCH without a last", "SWITCH({Count},4,'four')", &full, "blank"},
	{"SWITCH of a fault", "SWITCH(ERROR(),1,2)", &full, "fault"},
	{"SWITCH does not look behind its match", "SWITCH(1,1,'one',ERROR(),'x')", &full, "text one"},
	{"TRUE()", "TRUE()", &full, "true"},
	{"FALSE()", "FALSE()", &full, "false"},
	{"BLANK()", "BLANK()", &full, "blank"},
	{"function names in any case", "aNd(true(),not(False()))", &full, "true"},
	{"ERROR()", "ERROR()", &full, "fault"},
	{"ISERROR of a fault", "ISERROR(ERROR())", &full, "true"},
	{"ISERROR of none", "ISERROR('a')", &full, "false"},

	/* the row */
	{"RECORD_ID()", "RECORD_ID()", &full, "text recAAAAAAAAAAAAAA"},
	{"RECORD_ID() equals the id", "RECORD_ID()='recAAAAAAAAAAAAAA'", &full, "true"},
	{"RECORD_ID() equals no other id", "RECORD_ID()='recBBBBBBBBBBBBBB'", &full, "false"},
	{"OR over ids holds this one", "OR(RECORD_ID()='recBBBBBBBBBBBBBB',RECORD_ID()='recAAAAAAAAAAAAAA')",
	 &full, "true"},
	{"OR over ids holds others only",
	 "OR(RECORD_ID()='recXXXXXXXXXXXXXX',RECORD_ID()='recAAAAAAAAAAAAAA')", &empty, "false"},
	{"CREATED_TIME()", "CREATED_TIME()", &full, "time 2026-01-01T10:00:00.000Z"},
	{"LAST_MODIFIED_TIME() of the row", "LAST_MODIFIED_TIME()", &full, "time 2026-02-03T04:05:06.789Z"},
	{"LAST_MODIFIED_TIME() of a row never edited", "LAST_MODIFIED_TIME()", &empty, "blank"},
	{"LAST_MODIFIED_TIME of a field", "LAST_MODIFIED_TIME({Count})", &full,
	 "time 2026-01-20T00:00:00.000Z"},
	{"LAST_MODIFIED_TIME of two fields is the newest", "LAST_MODIFIED_TIME({Count},{Name})", &full,
	 "time 2026-02-03T04:05:06.789Z"},
	{"LAST_MODIFIED_TIME of a field by bare id", "LAST_MODIFIED_TIME(fldAAAAAAAAAAAAA2)", &full,
	 "time 2026-01-20T00:00:00.000Z"},
	{"LAST_MODIFIED_TIME of a field never edited", "LAST_MODIFIED_TIME({Notes})", &full, "blank"},

	/* dates */
	{"created or modified since: modified",
	 "OR(IS_AFTER(CREATED_TIME(),DATETIME_PARSE('2026-02-01T00:00:00.000Z')),"
	 "IS_AFTER(LAST_MODIFIED_TIME(),DATETIME_PARSE('2026-02-01T00:00:00.000Z')))",
	 &full, "true"},
	{"created or modified since: created, never modified",
	 "OR(IS_AFTER(CREATED_TIME(),DATETIME_PARSE('2026-01-01T00:00:00.000Z')),"
	 "IS_AFTER(LAST_MODIFIED_TIME(),DATETIME_PARSE('2026-01-01T00:00:00.000Z')))",
	 &empty, "true"},
	{"created or modified since: neither",
	 "OR(IS_AFTER(CREATED_TIME(),DATETIME_PARSE('2026-03-01T00:00:00.000Z')),"
	 "IS_AFTER(LAST_MODIFIED_TIME(),DATETIME_PARSE('2026-03-01T00:00:00.000Z')))",
	 &empty, "false"},
	{"IS_AFTER by a millisecond", "IS_AFTER({When},'2026-03-31T22:29:59.999Z')", &full, "true"},
	{"IS_AFTER not at the same time", "IS_AFTER({When},'2026-03-31T22:30:00.000Z')", &full, "false"},
	{"IS_AFTER of a blank is false", "IS_AFTER({When},'2026-01-01')", &empty, "false"},
	{"IS_AFTER of what is no date", "IS_AFTER('soon','2026-01-01')", &full, "fault"},
	{"IS_BEFORE", "IS_BEFORE({When},'2026-04-01')", &full, "true"},
	{"IS_BEFORE not at the same time", "IS_BEFORE({When},{When})", &full, "false"},
	{"IS_BEFORE of a blank is false", "IS_BEFORE({When},'2026-04-01')", &empty, "false"},
	{"IS_SAME exactly", "IS_SAME({When},'2026-03-31T22:30:00.000Z')", &full, "true"},
	{"IS_SAME not by a millisecond", "IS_SAME({When},'2026-03-31T22:30:00.001Z')", &full, "false"},
	{"IS_SAME day", "IS_SAME({When},'2026-03-31','day')", &full, "true"},
	{"IS_SAME other day", "IS_SAME({When},'2026-04-01','day')", &full, "false"},
	{"IS_SAME week, which begins on Sunday", "IS_SAME({When},'2026-03-29','week')", &full, "true"},
	{"IS_SAME other week", "IS_SAME({When},'2026-03-28','week')", &full, "false"},
	{"IS_SAME month", "IS_SAME({When},'2026-03-01','month')", &full, "true"},
	{"IS_SAME quarter", "IS_SAME({When},'2026-01-01','quarter')", &full, "true"},
	{"IS_SAME year", "IS_SAME({When},'2025-12-31','year')", &full, "false"},
	{"IS_SAME of an unknown unit", "IS_SAME({When},{When},'moon')", &full, "fault"},
	{"IS_SAME of a blank", "IS_SAME({When},'2026-01-01')", &empty, "false"},
	{"DATETIME_PARSE of a day", "DATETIME_PARSE('2026-01-02')", &full, "time 2026-01-02T00:00:00.000Z"},
	{"DATETIME_PARSE of a time", "DATETIME_PARSE('2026-01-02T03:04:05.678Z')", &full,
	 "time 2026-01-02T03:04:05.678Z"},
	{"DATETIME_PARSE without a zone", "DATETIME_PARSE('2026-01-02T03:04:05')", &full,
	 "time 2026-01-02T03:04:05.000Z"},
	{"DATETIME_PARSE with a blank, to the minute", "DATETIME_PARSE('2026-01-02 03:04')", &full,
	 "time 2026-01-02T03:04:00.000Z"},
	{"DATETIME_PARSE with an offset", "DATETIME_PARSE('2026-01-02T03:04:05+01:00')", &full,
	 "time 2026-01-02T02:04:05.000Z"},
	{"DATETIME_PARSE of an impossible day", "DATETIME_PARSE('2026-02-30')", &full, "fault"},
	{"DATETIME_PARSE of words", "DATETIME_PARSE('tomorrow')", &full, "fault"},
	{"DATETIME_PARSE of a blank", "DATETIME_PARSE({When})", &empty, "blank"},
	{"DATETIME_PARSE of a date", "DATETIME_PARSE({When})", &full, "time 2026-03-31T22:30:00.000Z"},
	{"DATETIME_PARSE of a number", "DATETIME_PARSE(5)", &full, "fault"},
	{"DATETIME_PARSE by a pattern", "DATETIME_PARSE('4/11/2026 7:05','D/M/YYYY H:mm')", &full,
	 "time 2026-11-04T07:05:00.000Z"},
	{"DATETIME_PARSE by a pattern that does not fit", "DATETIME_PARSE('2026-1-1','YYYY-MM-DD')", &full,
	 "fault"},
	{"DATETIME_PARSE by an unknown sign, though it stands there too", "DATETIME_PARSE('Q','Q')", &full,
	 "fault"},
	{"DATETIME_PARSE by a pattern with all its signs",
	 "DATETIME_PARSE('2026-01-02T03:04:05.678','YYYY-MM-DDTHH:mm:ss.SSS')", &full,
	 "time 2026-01-02T03:04:05.678Z"},
	{"DATETIME_PARSE by short signs takes one digit or two",
	 "DATETIME_PARSE('12/3/2026 4:5:6','D/M/YYYY H:m:s')&DATETIME_PARSE('1/12/2026 14:15:16','D/M/YYYY "
	 "H:m:s')",
	 &full, "text 2026-03-12T04:05:06.000Z2026-12-01T14:15:16.000Z"},
	{"DATETIME_PARSE by YYYY wants four digits", "DATETIME_PARSE('26','YYYY')", &full, "fault"},
	{"DATETIME_PARSE by MM wants two digits", "DATETIME_PARSE('1.2026','MM.YYYY')", &full, "fault"},
	{"DATETIME_PARSE by SSS wants three digits", "DATETIME_PARSE('2026 12','YYYY SSS')", &full, "fault"},
	{"DATETIME_PARSE by a pattern that ends too early", "DATETIME_PARSE('2026-01-02','YYYY-MM')", &full,
	 "fault"},
	{"DATETIME_PARSE of too few signs", "DATETIME_PARSE('2026')", &full, "fault"},
	{"DATETIME_PARSE of too many signs",
	 "DATETIME_PARSE('2026-01-02T03:04:05.678000000000000000000000000000000Z')", &full, "fault"},
	{"DATETIME_DIFF in seconds", "DATETIME_DIFF('2026-01-02','2026-01-01')", &full, "number 86400"},
	{"DATETIME_DIFF in days", "DATETIME_DIFF('2026-03-01','2026-02-01','days')", &full, "number 28"},
	{"DATETIME_DIFF backwards", "DATETIME_DIFF('2026-02-01','2026-03-01','d')", &full, "number -28"},
	{"DATETIME_DIFF is cut towards zero", "DATETIME_DIFF('2026-01-01','2026-01-02T23:00:00Z','days')",
	 &full, "number -1"},
	{"DATETIME_DIFF in whole months", "DATETIME_DIFF('2026-03-30','2026-01-31','months')", &full,
	 "number 1"},
	{"DATETIME_DIFF in months, m and M",
	 "DATETIME_DIFF('2026-03-01','2026-01-01','M')&DATETIME_DIFF('2026-01-01T00:02:00Z','2026-01-01','m'"
	 ")",
	 &full, "text 22"},
	{"DATETIME_DIFF in years, from a leap day", "DATETIME_DIFF('2026-02-28','2024-02-29','years')", &full,
	 "number 2"},
	{"DATETIME_DIFF in years backwards", "DATETIME_DIFF('2024-02-29','2026-02-28','years')", &full,
	 "number -2"},
	{"DATETIME_DIFF in years, one day short", "DATETIME_DIFF('2026-02-27','2024-02-29','years')", &full,
	 "number 1"},
	{"DATETIME_DIFF of a blank", "DATETIME_DIFF({When},NOW())", &empty, "blank"},
	{"DATEADD days", "DATEADD('2026-12-31',1,'days')", &full, "time 2027-01-01T00:00:00.000Z"},
	{"DATEADD months to a shorter one", "DATEADD('2026-01-31',1,'month')", &full,
	 "time 2026-02-28T00:00:00.000Z"},
	{"DATEADD months backwards over the year", "DATEADD('2026-01-31',-2,'months')", &full,
	 "time 2025-11-30T00:00:00.000Z"},
	{"DATEADD a leap year", "DATEADD('2024-02-29',1,'year')", &full, "time 2025-02-28T00:00:00.000Z"},
	{"DATEADD quarters", "DATEADD('2026-01-15',2,'quarters')", &full, "time 2026-07-15T00:00:00.000Z"},
	{"DATEADD past the calendar", "DATEADD('2026-01-01',1000000,'years')", &full, "fault"},
	{"DATETIME_DIFF in months, some hours short",
	 "DATETIME_DIFF('2026-03-15T10:00:00Z','2026-01-15T12:00:00Z','months')", &full, "number 1"},
	{"DATETIME_DIFF in months backwards, some hours short",
	 "DATETIME_DIFF('2026-01-15T12:00:00Z','2026-03-15T10:00:00Z','months')", &full, "number -1"},
	{"DATEADD past the last day", "DATEADD('9999-12-31',2,'days')", &full, "fault"},
	{"DATEADD before the first day", "DATEADD('0000-01-01',-1,'months')", &full, "fault"},
	{"DATETIME_PARSE by DD wants two digits", "DATETIME_PARSE('2026-01-2','YYYY-MM-DD')", &full, "fault"},
	{"DATEADD by no number", "DATEADD('2026-01-01',0/0,'days')", &full, "fault"},
	{"DATEADD infinitely", "DATEADD('2026-01-01',1/0,'days')", &full, "fault"},
	{"DATEADD to a blank", "DATEADD({When},1,'days')", &empty, "blank"},
	{"NOW()", "NOW()", &full, "time 2026-06-15T12:34:56.789Z"},
	{"TODAY()", "TODAY()", &full, "time 2026-06-15T00:00:00.000Z"},

	/* texts */
	{"FIND", "FIND('Neil',{Name})", &full, "number 3"},
	{"FIND minds case", "FIND('neil',{Name})", &full, "number 0"},
	{"FIND in an empty cell", "FIND('x',{Name})", &empty, "number 0"},
	{"FIND from a place on", "FIND('a','banana',3)", &full, "number 4"},
	{"FIND from a place that is no number", "FIND('a','banana','b')", &full, "fault"},
	{"FIND from before the start", "FIND('a','banana',-1)", &full, "fault"},
	{"FIND in a date", "FIND('22:30',{When})", &full, "number 12"},
	{"FIND behind an emoji counts two units", "FIND('n',{Größe})", &full, "number 10"},
	{"SEARCH does not mind case", "SEARCH('NEIL',{Name})", &full, "number 3"},
	{"SEARCH beyond ASCII", "SEARCH('ÄPFEL',{Größe})", &full, "number 1"},
	{"SEARCH for what is missing", "SEARCH('xyz',{Name})", &full, "blank"},
	{"LEN", "LEN('abc')", &full, "number 3"},
	{"LEN counts UTF-16 units", "LEN('a😀')", &full, "number 3"},
	{"LEN of a blank", "LEN({Name})", &empty, "number 0"},
	{"LEN of a number's digits", "LEN(12.5)", &full, "number 4"},
	{"LOWER", "LOWER('ÄBC')", &full, "text äbc"},
	{"UPPER", "UPPER('äbc ж')", &full, "text ÄBC Ж"},
	{"TRIM", "TRIM('  a b\\n ')", &full, "text a b"},
	{"CONCATENATE", "CONCATENATE('a',1,{Links},BLANK())", &full, "text a1Shelf, Drawer"},
	{"CONCATENATE with a fault", "CONCATENATE('a',ERROR())", &full, "fault"},
	{"LEFT", "LEFT('abcdef',2)", &full, "text ab"},
	{"LEFT of more than there is", "LEFT('ab',5)", &full, "text ab"},
	{"LEFT of less than none", "LEFT('ab',-1)", &full, "text "},
	{"LEFT does not tear an emoji", "LEFT('a😀b',2)", &full, "text a"},
	{"RIGHT", "RIGHT('abcdef',2)", &full, "text ef"},
	{"RIGHT of more than there is", "RIGHT('ab',5)", &full, "text ab"},
	{"MID", "MID('abcdef',3,2)", &full, "text cd"},
	{"MID behind an emoji", "MID('😀bc',3,1)", &full, "text b"},
	{"MID from 0", "MID('abc',0,1)", &full, "fault"},
	{"VALUE", "VALUE(' 1,234.50 ')", &full, "number 1234.5"},
	{"VALUE of an exponent", "VALUE('-2e3')", &full, "number -2000"},
	{"VALUE of words", "VALUE('many')", &full, "fault"},
	{"VALUE of what only C calls a number", "VALUE('0x10')", &full, "fault"},
	{"VALUE of nothing", "VALUE('')", &full, "fault"},

	/* numbers */
	{"ABS", "ABS(-2.5)", &full, "number 2.5"},
	{"ABS of a text", "ABS('a')", &full, "fault"},
	{"ROUND", "ROUND(2.567,1)", &full, "number 2.6"},
	{"ROUND a half up", "ROUND(2.5)", &full, "number 3"},
	{"ROUND a negative half up as well", "ROUND(-2.5)", &full, "number -2"},
	{"ROUND to tens", "ROUND(1250,-2)", &full, "number 1300"},
	{"ROUND to more places than there are", "ROUND(1.5,400)", &full, "number 1.5"},
	{"INT goes down", "INT(-2.1)", &full, "number -3"},
	{"MIN", "MIN(3,1,2)", &full, "number 1"},
	{"MIN leaves blanks out", "MIN(BLANK(),3)", &full, "number 3"},
	{"MIN of a text", "MIN(3,'a')", &full, "fault"},
	{"MAX", "MAX(3,{Count},2)", &full, "number 5"},
	{"MAX of blanks", "MAX(BLANK())", &full, "number 0"},
	{"SUM", "SUM(1,2.5,BLANK(),{Count})", &full, "number 8.5"},
	{"SUM with a fault", "SUM(1,ERROR())", &full, "fault"},
};

static void check_value(void **state)
{
	const struct value_case *row = *state;
	struct formula_row view = view_of(row->row);
	scoped(formula) formula = NULL;
	struct error error = {0};

	if (!formula_parse(row->formula, find_field, NULL, &formula, &error))
		fail_msg("%s: %s", row->formula, error.text);
	scoped_text seen = words_of(formula_evaluate(formula, &view, iso_ms(NOW)));
	assert_string_equal(seen, row->expected);
	scoped_text again = words_of(formula_evaluate(formula, &view, iso_ms(NOW)));
	assert_string_equal(again, row->expected);
}

/* ---- what is listed ---- */

struct match_case {
	const char *sentence, *formula;
	bool listed;
};

static const struct match_case matches[] = {
	{"a text lists the row", "'a'", true},
	{"an empty text does not", "''", false},
	{"a number lists the row", "0.5", true},
	{"a negative number lists the row", "-1", true},
	{"zero does not", "0", false},
	{"no number does not", "0/0", false},
	{"infinity does", "1/0", true},
	{"a blank does not", "BLANK()", false},
	{"a date does", "{When}", true},
	{"TRUE() does", "TRUE()", true},
	{"FALSE() does not", "FALSE()", false},
	{"a fault does not", "ERROR()", false},
	{"nor does what holds a fault", "NOT(ERROR())", false},
};

static void check_match(void **state)
{
	const struct match_case *row = *state;
	struct formula_row view = view_of(&full);
	scoped(formula) formula = NULL;
	struct error error = {0};

	assert_true(formula_parse(row->formula, find_field, NULL, &formula, &error));
	assert_int_equal(formula_matches(formula, &view, iso_ms(NOW)), row->listed);
}

/* ---- what is refused ---- */

#define INVALID "Invalid formula. Please check your formula text."

struct refusal_case {
	const char *sentence, *formula, *words;
};

static const struct refusal_case refusals[] = {
	{"nothing", "", INVALID},
	{"only space", "  ", INVALID},
	{"an open parenthesis", "(1+2", INVALID},
	{"a closing parenthesis too many", "(1+2))", INVALID},
	{"two values side by side", "1 2", INVALID},
	{"an operator without a right side", "1+", INVALID},
	{"an operator without a left side", "=1", INVALID},
	{"a sign that is none", "+1", INVALID},
	{"two operators", "1*/2", INVALID},
	{"an operator of other languages", "1==2", INVALID},
	{"a character that means nothing", "1 % 2", INVALID},
	{"an exclamation mark alone", "!1", INVALID},
	{"a text without its end", "'abc", INVALID},
	{"a text whose end is escaped", "'abc\\'", INVALID},
	{"a text that ends in its escape", "'abc\\", INVALID},
	{"a field without its end", "{Name", INVALID},
	{"a field whose end is escaped", "{Name\\}", INVALID},
	{"an unknown function", "FOO(1)", INVALID},
	{"a function without its end", "AND(1", INVALID},
	{"a comma too many", "AND(1,)", INVALID},
	{"a comma at the start", "AND(,1)", INVALID},
	{"a comma outside", "1,2", INVALID},
	{"a space before the arguments is fine, none is not", "AND 1", INVALID},
	{"too few arguments", "IF(1)", INVALID},
	{"none where one is needed", "OR()", INVALID},
	{"too many arguments", "NOT(1,2)", INVALID},
	{"an argument to RECORD_ID", "RECORD_ID(1)", INVALID},
	{"LAST_MODIFIED_TIME of what is no field", "LAST_MODIFIED_TIME('Name')", INVALID},
	{"LAST_MODIFIED_TIME of a calculation", "LAST_MODIFIED_TIME({Count}+1)", INVALID},
	{"a number with letters", "3abc", INVALID},
	{"a point alone", ".", INVALID},
	{"bytes that are no UTF-8", "'\xFF'", INVALID},
	{"an unknown field", "{foo}='x'", "Unknown field names: foo"},
	{"an unknown bare name", "foo=1", "Unknown field names: foo"},
	{"an unknown field is named in small letters", "{Größe X}&{ÄRGER}",
	 "Unknown field names: größe x, ärger"},
	{"a name in the wrong case", "{name}", "Unknown field names: name"},
	{"an unknown field id", "{fldZZZZZZZZZZZZZZ}", "Unknown field names: fldzzzzzzzzzzzzzz"},
	{"two unknown fields, one of them twice", "AND({foo},{bar},{foo})", "Unknown field names: foo, bar"},
	{"an unknown field and a syntax error", "{foo}=", INVALID},
	{"a bare name of two words", "Unit Price", INVALID},
	{"an empty name", "{}", "Unknown field names: "},
};

static void check_refusal(void **state)
{
	const struct refusal_case *row = *state;
	struct formula *formula = NULL;
	struct error error = {0};

	assert_false(formula_parse(row->formula, find_field, NULL, &formula, &error));
	assert_null(formula);
	assert_int_equal(error.kind, ERROR_REFUSED);
	assert_string_equal(error.code, "INVALID_FILTER_BY_FORMULA");
	scoped_text expected = own_format("The formula for filtering records is invalid: %s", row->words);
	assert_string_equal(error.text, expected);
}

/* ---- limits ---- */

static char *repeated(const char *before, const char *piece, size_t times, const char *after)
{
	struct text words = {0};

	text_add(&words, before);
	for (size_t i = 0; i < times; i++)
		text_add(&words, piece);
	text_add(&words, after);
	return text_take(&words);
}

/* 'count' times opened, something inside, 'count' times closed. */
static char *nested(const char *open, const char *inside, const char *close, size_t count)
{
	scoped_text opened = repeated("", open, count, inside);

	return repeated(opened, close, count, "");
}

static bool parses(const char *words)
{
	scoped(formula) formula = NULL;
	struct error error = {0};

	return formula_parse(words, find_field, NULL, &formula, &error);
}

static void nesting_has_a_limit(void **state)
{
	static const char *const ways[][3] = {
		{"(", "1", ")"}, {"NOT(", "1", ")"}, {"-", "1", ""}, {"IF(1,1+(2*", "3", "))"}};
	(void)state;

	for (size_t i = 0; i < countof(ways); i++) {
		size_t each = i == 3 ? 2 : 1;
		scoped_text most = nested(ways[i][0], ways[i][1], ways[i][2], FORMULA_DEPTH_LIMIT / each);
		scoped_text more = nested(ways[i][0], ways[i][1], ways[i][2], FORMULA_DEPTH_LIMIT / each + 1);
		assert_true(parses(most));
		assert_false(parses(more));
	}
}

static void many_operands_are_not_deep(void **state)
{
	struct formula_row view = view_of(&full);
	scoped_text sum = repeated("0", "+1", 100000, "");
	scoped_text joined = repeated("'a'", "&'a'", 100000, "");
	scoped_text length = own_format("LEN(%s)", joined);
	scoped(formula) formula = NULL;
	struct error error = {0};
	(void)state;

	assert_true(formula_parse(sum, find_field, NULL, &formula, &error));
	assert_true(formula_evaluate(formula, &view, 0).number == 100000);
	formula_close(&formula);
	assert_true(formula_parse(length, find_field, NULL, &formula, &error));
	assert_true(formula_evaluate(formula, &view, 0).number == 100001);
}

static void length_has_a_limit(void **state)
{
	scoped_text most = repeated("1", " ", FORMULA_LENGTH_LIMIT - 1, "");
	scoped_text more = repeated("1", " ", FORMULA_LENGTH_LIMIT, "");
	(void)state;

	assert_true(parses(most));
	assert_false(parses(more));
}

/* A kilobyte of text, used so often that the result would be larger than any machine. */
static void texts_have_a_limit(void **state)
{
	scoped_text big = repeated("", "x", 100000, "");
	struct row row = full;
	struct formula_row view = view_of(&row);
	scoped_text words = repeated("LEN({Name}", "&{Name}", 5000, ")");
	scoped(formula) formula = NULL;
	struct error error = {0};
	(void)state;

	row.cells[NAME].text = big;
	assert_true(formula_parse(words, find_field, NULL, &formula, &error));
	assert_int_equal(formula_evaluate(formula, &view, 0).kind, FORMULA_FAULT);
	row.cells[NAME].text = "short";
	assert_true(formula_evaluate(formula, &view, 0).number == 5001 * 5);
}

static void a_name_cut_in_the_middle_of_a_long_error(void **state)
{
	scoped_text words = repeated("{", "ä", 2000, "}");
	struct formula *formula = NULL;
	struct error error = {0};
	(void)state;

	assert_false(formula_parse(words, find_field, NULL, &formula, &error));
	assert_true(text_is_utf8(error.text, strlen(error.text)));
}

/* ---- OR as a set is the same as OR arm by arm ---- */

#define ARMS 3000
#define ROWS 20000

static void id_of(size_t number, char id_out[18])
{
	snprintf(id_out, 18, "rec%014zu", number);
}

/* Every seventh id, in a form that makes a set or in one that does not. */
static char *or_of_ids(bool set)
{
	struct text words = {0};
	char id[18];

	for (size_t i = 0; i < ARMS; i++) {
		id_of(i * 7, id);
		text_format(&words, "%s%s'%s'", i ? "," : "OR(",
			    set ? "RECORD_ID()=" : "RECORD_ID()&''=", id);
	}
	text_add(&words, ")");
	return text_take(&words);
}

static void three_thousand_ids_over_twenty_thousand_rows(void **state)
{
	scoped_text words = or_of_ids(true);
	scoped(formula) formula = NULL;
	struct error error = {0};
	char id[18];
	struct row row = {.id = id, .created = NOW};
	struct formula_row view = view_of(&row);
	(void)state;

	assert_true(formula_parse(words, find_field, NULL, &formula, &error));
	row_id_asked = 0;
	for (size_t i = 0; i < ROWS; i++) {
		id_of(i, id);
		assert_int_equal(formula_matches(formula, &view, 0), i % 7 == 0 && i / 7 < ARMS);
	}
	assert_int_equal(row_id_asked, ROWS); /* one look for each row, not one for each arm */
}

static void a_set_of_ids_is_the_plain_walk(void **state)
{
	scoped_text set_words = or_of_ids(true);
	scoped_text plain_words = or_of_ids(false);
	scoped(formula) set = NULL;
	scoped(formula) plain = NULL;
	struct error error = {0};
	char id[18];
	struct row row = {.id = id, .created = NOW};
	struct formula_row view = view_of(&row);
	(void)state;

	assert_true(formula_parse(set_words, find_field, NULL, &set, &error));
	assert_true(formula_parse(plain_words, find_field, NULL, &plain, &error));
	for (size_t i = 0; i < ROWS; i += 97) {
		id_of(i, id);
		assert_int_equal(formula_matches(set, &view, 0), formula_matches(plain, &view, 0));
	}
}

/* The same question to a cell of every kind: as a set, and hidden in an IF, which no set sees. */
struct set_case {
	const char *sentence, *set, *plain;
	const struct row *row;
};

#define IN_TWO_WAYS(left, right) "OR(" left "=" right ",0)", "OR(IF(1," left ")=" right ",0)"

static const struct set_case sets[] = {
	{"set: a text that is in", IN_TWO_WAYS("{Type}", "'Item with Parts'"), &full},
	{"set: a text that is not in", IN_TWO_WAYS("{Type}", "'Item'"), &full},
	{"set: a blank and ''", IN_TWO_WAYS("{Type}", "''"), &empty},
	{"set: a blank and a text", IN_TWO_WAYS("{Type}", "'a'"), &empty},
	{"set: an empty text and ''", IN_TWO_WAYS("{Name}", "''"), &zero},
	{"set: a number and its digits", IN_TWO_WAYS("{Count}", "'5'"), &full},
	{"set: zero and ''", IN_TWO_WAYS("{Count}", "''"), &zero},
	{"set: a checkbox and '1'", IN_TWO_WAYS("{Done}", "'1'"), &full},
	{"set: a date and its text", IN_TWO_WAYS("{When}", "'2026-03-31T22:30:00.000Z'"), &full},
	{"set: a date and the text of another", IN_TWO_WAYS("{When}", "'2026-03-31'"), &full},
	{"set: the text stands on the left", "OR('O\\'Neil\\'s Box'={Name},0)",
	 "OR('O\\'Neil\\'s Box'=IF(1,{Name}),0)", &full},
	{"set: two subjects and another arm",
	 "OR({Name}='a',RECORD_ID()='b',{Type}='Item with Parts',{Count}=9)",
	 "OR(IF(1,{Name})='a',IF(1,RECORD_ID())='b',IF(1,{Type})='Item with Parts',IF(1,{Count})=9)", &full},
	{"set: a fault beside it", "OR({Name}='O\\'Neil\\'s Box',ERROR())",
	 "OR(IF(1,{Name})='O\\'Neil\\'s Box',ERROR())", &full},
	{"set: not equal makes none", "OR({Name}!='a',0)", "OR(IF(1,{Name})!='a',0)", &full},
	{"set: three in a row make none", "OR({Name}='a'='b',0)", "OR(IF(1,{Name})='a'='b',0)", &full},
	{"set: equal fields make none", "OR({Name}={Type},0)", "OR(IF(1,{Name})=IF(1,{Type}),0)", &empty},
};

static void check_set(void **state)
{
	const struct set_case *row = *state;
	struct formula_row view = view_of(row->row);
	scoped(formula) set = NULL;
	scoped(formula) plain = NULL;
	struct error error = {0};

	assert_true(formula_parse(row->set, find_field, NULL, &set, &error));
	assert_true(formula_parse(row->plain, find_field, NULL, &plain, &error));
	scoped_text seen = words_of(formula_evaluate(set, &view, 0));
	scoped_text expected = words_of(formula_evaluate(plain, &view, 0));
	assert_string_equal(seen, expected);
}

/* ---- at random ---- */

static uint64_t dice_state;

static uint32_t dice(uint32_t below)
{
	dice_state = dice_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(dice_state >> 33) % below;
}

static const char *const random_leaves[] = {
	"'back\\\\slash\\nline\\ttab'",
	"1",
	"0",
	"2.5",
	"'a'",
	"''",
	"'O\\'N'",
	"\"q\"",
	"{Name}",
	"Count",
	"{Done}",
	"{When}",
	"{Links}",
	"BLANK()",
	"TRUE()",
	"RECORD_ID()",
	"NOW()",
	"'day'",
	"{odd \\} name}",
	"CREATED_TIME()",
	"LAST_MODIFIED_TIME()",
	"LAST_MODIFIED_TIME({Count})",
	"'2026-01-02'",
	"'日本'",
	"Größe",
	"ERROR()",
	"99999999999999999999999",
};
static const struct {
	const char *name;
	uint32_t least, more;
} random_calls[] = {
	{"AND", 1, 4},
	{"or", 1, 6},
	{"NOT", 1, 0},
	{"Xor", 1, 3},
	{"IF", 2, 1},
	{"SWITCH", 3, 4},
	{"IS_AFTER", 2, 0},
	{"IS_BEFORE", 2, 0},
	{"IS_SAME", 2, 1},
	{"DATETIME_PARSE", 1, 1},
	{"DATETIME_DIFF", 2, 1},
	{"DATEADD", 3, 0},
	{"FIND", 2, 1},
	{"SEARCH", 2, 1},
	{"LEN", 1, 0},
	{"LOWER", 1, 0},
	{"UPPER", 1, 0},
	{"TRIM", 1, 0},
	{"CONCATENATE", 1, 3},
	{"LEFT", 2, 0},
	{"RIGHT", 2, 0},
	{"MID", 3, 0},
	{"VALUE", 1, 0},
	{"ABS", 1, 0},
	{"ROUND", 1, 1},
	{"INT", 1, 0},
	{"MIN", 1, 3},
	{"MAX", 1, 3},
	{"SUM", 1, 3},
	{"ISERROR", 1, 0},
};
static const char *const random_operators[] = {"=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "&"};

static void write_random(struct text *words, int depth)
{
	if (depth <= 0 || dice(4) == 0) {
		text_add(words, random_leaves[dice(countof(random_leaves))]);
	} else if (dice(3) == 0) {
		uint32_t call = dice(countof(random_calls));
		uint32_t count = random_calls[call].least + dice(random_calls[call].more + 1);
		text_format(words, "%s(", random_calls[call].name);
		for (uint32_t i = 0; i < count; i++) {
			text_add(words, i ? (dice(2) ? " , " : ",") : "");
			write_random(words, depth - 1);
		}
		text_add(words, ")");
	} else {
		bool parentheses = dice(2), sign = dice(5) == 0;
		text_add(words, sign ? "-" : "");
		text_add(words, parentheses ? "(" : "");
		for (uint32_t i = 0, operands = 1 + dice(4); i < operands; i++) {
			text_add(words, i ? random_operators[dice(countof(random_operators))] : "");
			write_random(words, depth - 1);
		}
		text_add(words, parentheses ? ")" : "");
	}
}

static unsigned long number_from(const char *name, unsigned long otherwise)
{
	const char *words = getenv(name);

	return words ? strtoul(words, NULL, 10) : otherwise;
}

static struct formula *parse_or_fail(const char *words)
{
	struct formula *formula = NULL;
	struct error error = {0};

	if (!formula_parse(words, find_field, NULL, &formula, &error))
		fail_msg("seed %lu: %s: %s", number_from("FORMULA_TEST_SEED", 1), words, error.text);
	return formula;
}

/* What is printed reads back as the same words and the same value. */
static void printing_is_stable(void **state)
{
	struct formula_row views[] = {view_of(&full), view_of(&empty), view_of(&zero)};
	struct text words = {0};
	(void)state;

	dice_state = number_from("FORMULA_TEST_SEED", 1);
	for (unsigned long round = number_from("FORMULA_TEST_ROUNDS", 20000); round > 0; round--) {
		text_clear(&words);
		write_random(&words, 5);
		scoped(formula) first = parse_or_fail(text_or_empty(&words));
		scoped_text printed = formula_print(first);
		scoped(formula) second = parse_or_fail(printed);
		scoped_text again = formula_print(second);
		assert_string_equal(printed, again);
		for (size_t i = 0; i < countof(views); i++) {
			scoped_text a = words_of(formula_evaluate(first, &views[i], iso_ms(NOW)));
			scoped_text b = words_of(formula_evaluate(second, &views[i], iso_ms(NOW)));
			assert_string_equal(a, b);
		}
	}
	text_done(&words);
}

/* Whatever the bytes: a formula that can be evaluated, or a refusal with Airtable's word. */
static void damaged_formulas_are_read_or_refused(void **state)
{
	static const char bytes[] = "(){}'\"\\,=!<>+-*/&. a1\xC3\xA4\x01";
	struct formula_row view = view_of(&full);
	struct text words = {0};
	unsigned long read = 0, refused = 0;
	(void)state;

	dice_state = number_from("FORMULA_TEST_SEED", 1) + 1;
	for (unsigned long round = number_from("FORMULA_TEST_ROUNDS", 20000); round > 0; round--) {
		text_clear(&words);
		write_random(&words, 4);
		for (uint32_t changes = 1 + dice(3); changes > 0 && words.length > 0; changes--)
			words.bytes[dice((uint32_t)words.length)] = bytes[dice(sizeof bytes - 1)];
		scoped(formula) formula = NULL;
		struct error error = {0};
		if (formula_parse(text_or_empty(&words), find_field, NULL, &formula, &error)) {
			scoped_text seen = words_of(formula_evaluate(formula, &view, iso_ms(NOW)));
			assert_true(*seen);
			read++;
		} else {
			assert_string_equal(error.code, "INVALID_FILTER_BY_FORMULA");
			refused++;
		}
	}
	text_done(&words);
	assert_true(read > 0 && refused > 0);
}

/* ---- all of them ---- */

static const struct CMUnitTest programs[] = {
	cmocka_unit_test(nesting_has_a_limit),
	cmocka_unit_test(many_operands_are_not_deep),
	cmocka_unit_test(length_has_a_limit),
	cmocka_unit_test(texts_have_a_limit),
	cmocka_unit_test(a_name_cut_in_the_middle_of_a_long_error),
	cmocka_unit_test(three_thousand_ids_over_twenty_thousand_rows),
	cmocka_unit_test(a_set_of_ids_is_the_plain_walk),
	cmocka_unit_test(printing_is_stable),
	cmocka_unit_test(damaged_formulas_are_read_or_refused),
};

static struct CMUnitTest
	tests[countof(values) + countof(matches) + countof(refusals) + countof(sets) + countof(programs)];
static size_t tests_count;

static void add_test(const char *name, CMUnitTestFunction run, const void *row)
{
	tests[tests_count++] =
		(struct CMUnitTest){.name = name, .test_func = run, .initial_state = (void *)(uintptr_t)row};
}

int main(void)
{
	for (size_t i = 0; i < countof(values); i++)
		add_test(values[i].sentence, check_value, &values[i]);
	for (size_t i = 0; i < countof(matches); i++)
		add_test(matches[i].sentence, check_match, &matches[i]);
	for (size_t i = 0; i < countof(refusals); i++)
		add_test(refusals[i].sentence, check_refusal, &refusals[i]);
	for (size_t i = 0; i < countof(sets); i++)
		add_test(sets[i].sentence, check_set, &sets[i]);
	memcpy(tests + tests_count, programs, sizeof programs);
	tests_count += countof(programs);
	return _cmocka_run_group_tests("formula", tests, tests_count, NULL, NULL);
}
