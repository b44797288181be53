/* What the brake holds and for how long: stories in the order of time. */
#include "bridge/plan/brake.h"

#include "base/own.h"
#include "tests/unit/cases.h"

#include <string.h>

#define MINUTE 60000
#define BEGAN  (INT64_C(1000) * MINUTE)

/* Each step is a write that is asked for at a minute, of which the value is a letter; what is free is done. */
struct step {
	double minute;
	const char *write; /* "ab>" the row gets b in place of a, "ab<" the document does */
	double held;       /* minutes from the begin until which it is; 0: it is free */
};
struct story {
	const char *sentence;
	/* Before the steps: so many edits of the row, each to another value, "ab<" and "bc<" and so on. All are free. */
	struct {
		int count;
		double minutes_apart;
	} edits;
	struct step steps[26];
};

/* As often as it may be, back and forth between the same two values. */
#define THREE_EACH_WAY                                                                                       \
	{0, "ab>", 0}, {0.5, "ab<", 0}, {1, "ba>", 0}, {1.5, "ba<", 0}, {2, "ab>", 0},                       \
	{                                                                                                    \
		2.5, "ab<", 0                                                                                \
	}

static const struct story stories[] = {
	{"three times each way between the same two values, and no more",
	 .steps = {THREE_EACH_WAY, {3, "ba>", 13}, {12.9, "ba<", 13}}},
	{"a save that sets its own value back counts as each way", .steps = {{0, "ab<", 0},
									     {0.1, "ba>", 0},
									     {1, "ab<", 0},
									     {1.1, "ba>", 0},
									     {2, "ab<", 0},
									     {2.1, "ba>", 0},
									     {3, "ab<", 13}}},
	{"after a hold one more time each way, then twice as long", .steps = {THREE_EACH_WAY,
									      {3, "ba>", 13},
									      {13, "ba>", 0},
									      {13.5, "ba<", 0},
									      {14, "ab>", 34},
									      {34, "ab>", 0},
									      {35, "ab<", 0},
									      {36, "ba>", 76},
									      {76, "ba<", 0},
									      {77, "ba>", 0},
									      {78, "ab>", 138},
									      {138, "ab<", 0},
									      {139, "ab>", 0},
									      {140, "ba<", 200}}},
	{"the same values more slowly are people's", .steps = {{0, "ab>", 0},
							       {2, "ab<", 0},
							       {4, "ba>", 0},
							       {6, "ba<", 0},
							       {9, "ab>", 0},
							       {12, "ab<", 0},
							       {15, "ba>", 0},
							       {18, "ba<", 0},
							       {21, "ab>", 0}}},
	{"other values are edits", .steps = {{0, "ab>", 0},
					     {0.5, "bc<", 0},
					     {1, "cd>", 0},
					     {1.5, "de<", 0},
					     {2, "ef>", 0},
					     {2.5, "fg<", 0},
					     {3, "gh>", 0},
					     {3.5, "hi<", 0},
					     {4, "ij>", 0}}},
	{"one way only is no loop", .steps = {{0, "ab>", 0},
					      {0.1, "ab>", 0},
					      {0.2, "ab>", 0},
					      {0.3, "ab>", 0},
					      {0.4, "ab>", 0},
					      {0.5, "ab>", 0},
					      {0.6, "ab>", 0}}},
	{"fifteen edits of the row over five minutes are a machine's", .edits = {15, 0.4},
	 .steps = {{6, "pq<", 16}, {10, "qr>", 16}, {16, "qr<", 0}}},
	{"within a minute they are a person's who types", .edits = {17, 0.05}},
};

static int64_t at(double minute)
{
	return BEGAN + (int64_t)(minute * MINUTE);
}

static struct brake_write write_of(const struct step *step)
{
	return (struct brake_write){.field = FIELD_NOTES,
				    .to_row = step->write[2] == '>',
				    .from = (uint32_t)step->write[0],
				    .to = (uint32_t)step->write[1],
				    .at_ms = at(step->minute)};
}

/* Asks, and does it if it is free. */
static void take_step(struct brake *brake, const struct step *step)
{
	struct brake_write write = write_of(step), other = write;
	struct brake_hold hold = brake_check_write(brake, &write);

	assert_int_equal(hold.reason == BRAKE_FREE ? 0 : hold.until_ms, step->held > 0 ? at(step->held) : 0);
	other.field = FIELD_MODEL_NAME;
	assert_int_equal(brake_check_write(brake, &other).reason, BRAKE_FREE);
	if (hold.reason == BRAKE_FREE)
		brake_note_write(brake, &write);
	assert_false(brake_is_idle(brake, write.at_ms));
}

static void fields(void **state)
{
	const struct story *story = *state;
	struct brake brake = {0};

	for (int i = 0; i < story->edits.count; i++) {
		const char way[] = {(char)('a' + i), (char)('b' + i), '<', '\0'};
		take_step(&brake, &(struct step){i * story->edits.minutes_apart, way, 0});
	}
	for (const struct step *step = story->steps; step->write; step++)
		take_step(&brake, step);
	assert_true(brake_is_idle(&brake, at(3 * 1440)));
}

/* Restores at a minute; held until when. */
static const struct {
	double minute, held;
} restores[] = {
	{0, 0},     {100, 0}, {200, 260}, {259, 260}, {260, 0}, /* once more */
	{300, 420}, {420, 0}, {500, 740}, {740, 0},   {5000, 0}, {5001, 0}, {5002, 5062},
};

static void rows(void **state)
{
	struct brake brake = {0};

	(void)state;
	for (size_t i = 0; i < countof(restores); i++) {
		int64_t until_ms = brake_check_restore(&brake, at(restores[i].minute));
		assert_int_equal(until_ms, restores[i].held > 0 ? at(restores[i].held) : 0);
		if (!until_ms)
			brake_note_restore(&brake, at(restores[i].minute));
	}
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, stories, fields);
	cases_add(&cases, own_copy("a row is put back twice a day"), rows, NULL);
	return cases_run("the brake", &cases);
}
