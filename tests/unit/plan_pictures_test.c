/* What becomes of an item's pictures: every row of the table, the rules above it, the order; and that no view whatever loses a picture
 * that nobody removed.
 *
 * As words: the item's pictures "a b"; the row's attachments "1:a 2:photo~ :b~ 3:photo=c 4:photo?" (id:stem, ~ not fetched yet, = the
 * picture that its import tells, ? it will tell soon); what is agreed
 * "a:1 b:2~ c:-" (image:attachment, ~ sent, ^ left out). The plan: what both are to have, in order, and behind a '|' the others:
 * "keep a(1) send b | unlink c". */
#include "base/text.h"
#include "bridge/plan/plan_pictures.h"
#include "tests/unit/cases.h"

#include <string.h>

enum { WORDS_MOST = 16 };

struct words {
	size_t count;
	char *list[WORDS_MOST]; /* owned */
};

static void split(const char *text, struct words *words_out)
{
	*words_out = (struct words){0};
	for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
		size_t length = strcspn(text, " ");
		assert_true(words_out->count < WORDS_MOST);
		words_out->list[words_out->count++] = own_copy_bytes(text, length);
		text += length;
	}
}

static void words_done(struct words *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->list[i]);
}

/* Takes the mark from the word's end. */
static bool takes_mark(char *word, char mark)
{
	size_t length = strlen(word);
	bool marked = length > 0 && word[length - 1] == mark;

	if (marked)
		word[length - 1] = '\0';
	return marked;
}

/* Cuts "left:right" in two; returns the right one. */
static char *cut(char *word)
{
	char *colon = strchr(word, ':');

	assert_non_null(colon);
	*colon = '\0';
	return colon + 1;
}

struct scene {
	struct words item, row, agreed;
	struct picture_attachment attachments[WORDS_MOST];
	struct picture_agreed pairs[WORDS_MOST];
	struct pictures_views views;
};

static void scene_begin(struct scene *scene, const char *item, const char *row, const char *agreed)
{
	split(item, &scene->item);
	split(row, &scene->row);
	split(agreed, &scene->agreed);
	for (size_t i = 0; i < scene->row.count; i++) {
		bool fetching = takes_mark(scene->row.list[i], '~');
		scene->attachments[i].expected = takes_mark(scene->row.list[i], '?');
		char *stem = cut(scene->row.list[i]), *told = strchr(stem, '=');
		if (told)
			*told = '\0';
		scene->attachments[i].stem = stem;
		scene->attachments[i].image_id = told ? told + 1 : NULL;
		scene->attachments[i].id = scene->row.list[i];
		scene->attachments[i].fetched = !fetching;
	}
	for (size_t i = 0; i < scene->agreed.count; i++) {
		bool sent = takes_mark(scene->agreed.list[i], '~'),
		     out = takes_mark(scene->agreed.list[i], '^');
		const char *attachment = cut(scene->agreed.list[i]);
		scene->pairs[i] = (struct picture_agreed){
			.image_id = scene->agreed.list[i],
			.attachment_id = strcmp(attachment, "-") == 0 ? "" : attachment,
			.state = sent  ? PICTURE_SENT
				 : out ? PICTURE_LEFT_OUT
				       : PICTURE_CONFIRMED,
		};
	}
	scene->views.item = (const char *const *)scene->item.list;
	scene->views.item_count = scene->item.count;
	scene->views.row = scene->attachments;
	scene->views.row_count = scene->row.count;
	scene->views.agreed = scene->pairs;
	scene->views.agreed_count = scene->agreed.count;
}

static void scene_done(struct scene *scene)
{
	words_done(&scene->item);
	words_done(&scene->row);
	words_done(&scene->agreed);
}

static const char *const action_names[] = {
	[PICTURE_KEEP] = "keep",         [PICTURE_SEND] = "send",     [PICTURE_WAIT] = "wait",
	[PICTURE_IMPORT] = "import",     [PICTURE_UNLINK] = "unlink", [PICTURE_TAKE_OUT] = "take-out",
	[PICTURE_STAY_OUT] = "stay-out", [PICTURE_FORGET] = "forget",
};

static char *shown(const struct pictures_plan *plan)
{
	struct text text = {0};

	for (size_t i = 0; i < plan->count; i++) {
		const struct picture_decision *one = &plan->list[i];
		if (i == plan->kept)
			text_add(&text, i ? " | " : "| ");
		else if (i)
			text_add(&text, " ");
		text_format(&text, "%s%s%s", action_names[one->action], one->failed ? "! " : " ",
			    one->image_id ? one->image_id : "");
		if (one->attachment_id)
			text_format(&text, "(%s)", one->attachment_id);
	}
	text_add(&text, plan->write_row ? "; row" : "");
	text_add(&text, plan->write_order ? "; order" : "");
	text_add(&text, plan->row_must_wait ? "; must wait" : "");
	text_add(&text, plan->fills_again ? "; fills" : "");
	text_add(&text, plan->problem ? "; problem" : "");
	return text_take(&text);
}

/* ---- the table ---- */

#define OVER      .fetch_is_over = true
#define LATELY    .filled_lately = true
#define TICKED    .remove_all = true
#define OLD       .row_may_be_old = true
#define ROW_NEWER .order = ORDER_AIRTABLE_NEWER

static const char *const ticked_for[] = {"a", "2"};
static const struct plan_case {
	const char *sentence;
	const char *item, *row, *agreed;
	struct pictures_views more;
	const char *plan;
} plan_cases[] = {
	{"no pictures anywhere", "", "", "", {0}, ""},
	{"both as agreed", "a b", "1:a 2:b", "a:1 b:2", {0}, "keep a(1) keep b(2)"},
	{"a new picture in the app is sent", "a b", "1:a", "a:1", {0}, "keep a(1) send b; row"},
	{"a first picture is sent", "a", "", "", {0}, "send a; row"},
	{"a new picture in the row is imported", "a", "1:a 2:photo", "a:1", {0}, "keep a(1) import (2)"},
	{"one that Airtable is still fetching waits", "a", "1:a 2:photo~", "a:1", {0}, "keep a(1) wait (2)"},
	{"removed in Airtable", "a b", "1:a", "a:1 b:2", {0}, "keep a(1) | unlink b"},
	{"removed in the app", "a", "1:a 2:b", "a:1 b:2", {0}, "keep a(1) | take-out b(2); row"},
	{"removed on both sides", "a", "1:a", "a:1 b:2", {0}, "keep a(1) | forget b"},
	{"added here and removed there",
	 "a c",
	 "1:a 3:new",
	 "a:1 b:2",
	 {0},
	 "keep a(1) import (3) send c | forget b; row"},
	{"one removed on each side",
	 "a c",
	 "2:b 3:c",
	 "a:1 b:2 c:3",
	 {0},
	 "keep c(3) | unlink a take-out b(2); row"},

	/* what was sent */
	{"what was sent and is not shown yet waits",
	 "a b",
	 "1:a",
	 "a:1 b:-~",
	 {0},
	 "keep a(1) wait b; must wait"},
	{"what is being fetched waits", "a", "1:a~", "a:-~", {0}, "wait a(1)"},
	{"what is being fetched and has no id yet keeps the cell from being written",
	 "a",
	 ":a~",
	 "a:-~",
	 {0},
	 "wait a(); must wait"},
	{"what has arrived is confirmed", "a", "1:a", "a:-~", {0}, "keep a(1)"},
	{"what never came is sent anew", "a", "", "a:-~", {OVER}, "send! a; row"},
	{"what vanished again is sent anew", "a", "", "a:1~", {OVER}, "send! a; row"},
	{"what stayed without bytes is sent anew", "a", "1:a~", "a:1~", {OVER}, "send! a(1); row"},
	{"what was sent is no removal, whatever else there is",
	 "a b",
	 "1:a",
	 "a:1 b:2~",
	 {OVER},
	 "keep a(1) send! b; row"},
	{"what was sent and then removed in the app leaves the row",
	 "",
	 "1:a",
	 "a:-~",
	 {0},
	 "| take-out a(1); row"},
	{"what was sent, never came and was removed is forgotten", "", "", "a:-~", {OVER}, "| forget a"},
	{"a confirmed one whose size is not shown is there", "a", "1:a~", "a:1", {OVER}, "keep a(1)"},

	/* which picture it is */
	{"with the state lost our file names say it", "a b", "1:a 2:b", "", {0}, "keep a(1) keep b(2)"},
	{"the app has sent all of them again", "a b", "8:a 9:b", "a:1 b:2", {0}, "keep a(8) keep b(9)"},
	{"a renamed file is known by its attachment", "a", "1:holiday", "a:1", {0}, "keep a(1)"},
	{"a foreign picture with no name", "a", "1:a 2:", "a:1", {0}, "keep a(1) import (2)"},
	{"sent twice after a lost answer: one leaves",
	 "a",
	 "1:a 2:a",
	 "a:-~",
	 {0},
	 "keep a(1) | take-out a(2); row"},
	{"of two the agreed one stays, wherever it stands",
	 "a",
	 "2:a 1:a",
	 "a:1",
	 {0},
	 "keep a(1) | take-out a(2); row"},
	{"a copy of what was removed leaves, too",
	 "",
	 "1:a 2:a",
	 "a:1",
	 {0},
	 "| take-out a(1) take-out a(2); row"},

	/* what an import has told */
	{"what is imported is linked", "a", "1:a 2:photo=n", "a:1", {0}, "keep a(1) import n(2)"},
	{"in front of others: those move", "a", "2:photo=n 1:a", "a:1", {0}, "import n(2) keep a(1); order"},
	{"what is linked by now is the item's", "a n", "1:a 2:photo=n", "a:1", {0}, "keep a(1) keep n(2)"},
	{"two of the same bytes: one leaves",
	 "",
	 "1:photo=n 2:photo=n",
	 "",
	 {0},
	 "import n(1) | take-out n(2); row"},
	{"one of the bytes of ours leaves",
	 "a",
	 "1:a 2:photo=a",
	 "a:1",
	 {0},
	 "keep a(1) | take-out a(2); row"},
	{"what was imported and removed in the app leaves",
	 "",
	 "1:photo",
	 "a:1",
	 {0},
	 "| take-out a(1); row"},
	{"what was removed in the app and is attached anew is new",
	 "",
	 "1:photo 2:photo=a",
	 "a:1",
	 {0},
	 "import a(2) | take-out a(1); row"},
	{"the tick takes out what is not linked yet", "", "1:photo=n", "", {TICKED}, "| take-out (1); row"},
	{"while it is not known what a photo is, it may be what the row lacks",
	 "a",
	 "9:photo?",
	 "",
	 {0},
	 "import (9) send a; row; must wait"},
	{"what was agreed on is not awaited so", "a", "9:photo?", "a:1", {0}, "import (9) | unlink a"},
	{"nor for a photo that nobody imports", "a", "9:photo", "", {0}, "import (9) send a; row"},

	/* an empty cell */
	{"an emptied cell is filled again", "a b", "", "a:1 b:2", {0}, "send a send b; row; fills"},
	{"emptied again it stays empty", "a b", "", "a:1 b:2", {LATELY}, "| stay-out a stay-out b; problem"},
	{"what is left out stays out after a day", "a", "", "a:1^", {0}, "| stay-out a; problem"},
	{"a new picture is sent all the same", "a b", "", "a:1^", {0}, "send b | stay-out a; row; problem"},
	{"what was left out and is there again is kept", "a", "1:a", "a:1^", {0}, "keep a(1)"},
	{"what was left out and removed is forgotten", "", "", "a:1^", {0}, "| forget a"},
	{"a cell that never had them is filled without a note", "a", "", "a:-~", {OVER}, "send! a; row"},
	{"one of two is a removal and no emptying",
	 "a b",
	 "2:b",
	 "a:1 b:2",
	 {LATELY},
	 "keep b(2) | unlink a"},

	/* soon after a write of ours */
	{"what an old picture of the row lacks is no removal",
	 "a b",
	 "1:a",
	 "a:1 b:2",
	 {OLD},
	 "keep a(1) wait b; must wait"},
	{"an old picture of an empty cell is not filled again", "a", "", "a:1", {OLD}, "wait a; must wait"},
	{"nor is it the second emptying", "a", "", "a:1", {OLD, LATELY}, "wait a; must wait"},
	{"the order of an old picture does not count",
	 "a b",
	 "2:b 1:a",
	 "a:1 b:2",
	 {OLD},
	 "keep a(1) keep b(2); row"},

	/* the command */
	{"Remove All Images", "a b", "1:a 2:b", "a:1 b:2", {TICKED}, "| unlink a(1) unlink b(2); row"},
	{"Remove All Images with the cell emptied", "a", "", "a:1", {TICKED}, "| unlink a"},
	{"Remove All Images with a foreign one",
	 "a",
	 "1:a 2:photo",
	 "a:1",
	 {TICKED},
	 "| unlink a(1) take-out (2); row"},

	{"Remove All Images is about what was there when it was ticked",
	 "a n",
	 "1:a 2:photo 3:later",
	 "a:1",
	 {TICKED, .removing = ticked_for, .removing_count = countof(ticked_for)},
	 "import (3) send n | unlink a(1) take-out (2); row"},

	/* the order */
	{"another order in the app", "b a", "1:a 2:b", "a:1 b:2", {0}, "keep b(2) keep a(1); row"},
	{"another order in the row", "a b", "2:b 1:a", "a:1 b:2", {0}, "keep b(2) keep a(1); order"},
	{"another order on both, the app was last",
	 "b a c",
	 "3:c 1:a 2:b",
	 "a:1 b:2 c:3",
	 {0},
	 "keep b(2) keep a(1) keep c(3); row"},
	{"another order on both, the row was last",
	 "b a c",
	 "3:c 1:a 2:b",
	 "a:1 b:2 c:3",
	 {ROW_NEWER},
	 "keep c(3) keep a(1) keep b(2); order"},
	{"the row's later edit is no order when only the app's has moved",
	 "b a",
	 "1:a 2:b",
	 "a:1 b:2",
	 {ROW_NEWER},
	 "keep b(2) keep a(1); row"},
	{"nothing agreed: the app's order", "a b", "2:b 1:a", "", {0}, "keep a(1) keep b(2); row"},
	{"a new one in the app stands where it was put",
	 "a n b",
	 "1:a 2:b",
	 "a:1 b:2",
	 {0},
	 "keep a(1) send n keep b(2); row"},
	{"a new one in the row stands where it was put",
	 "a b",
	 "1:a 9:photo 2:b",
	 "a:1 b:2",
	 {0},
	 "keep a(1) import (9) keep b(2)"},
	{"a new one at the beginning of the row",
	 "a b",
	 "9:photo 1:a 2:b",
	 "a:1 b:2",
	 {0},
	 "import (9) keep a(1) keep b(2)"},
	{"new ones of both sides",
	 "a n b",
	 "1:a 9:photo 2:b",
	 "a:1 b:2",
	 {0},
	 "keep a(1) import (9) send n keep b(2); row"},
	{"a new one in the app, and another order in the row",
	 "a n b",
	 "2:b 1:a",
	 "a:1 b:2",
	 {0},
	 "keep b(2) keep a(1) send n; row; order"},
};

static void check_plan(void **state)
{
	const struct plan_case *row = *state;
	struct scene scene = {.views = row->more};
	static struct pictures_plan plan;

	scene_begin(&scene, row->item, row->row, row->agreed);
	plan_pictures(&scene.views, &plan);
	scoped_text is = shown(&plan);
	for (size_t i = 0; i < plan.count; i++)
		assert_non_null(plan.list[i].reason);
	scene_done(&scene);
	if (strcmp(is, row->plan) != 0)
		fail_msg("it is '%s'", is);
}

/* ---- whatever there is ---- */

static const char *const images[] = {"a", "b", "c"};

/* A number says for each picture whether the item has it, how the row has it, and what is agreed. */
static void scene_of(struct scene *scene, unsigned number)
{
	static const char *const in_row[] = {"", "%s:%s ", "%s:%s~ "};
	static const char *const in_agreed[] = {"", "%s:%s ", "%s:%s~ ", "%s:%s^ "};
	struct text item = {0}, row = {0}, agreed = {0};

	for (size_t i = 0; i < countof(images); i++) {
		const char *id = (const char *[]){"1", "2", "3"}[i];
		unsigned how = number % 24;
		number /= 24;
		if (how & 1)
			text_format(&item, "%s ", images[i]);
		const char *row_form = in_row[how / 2 % 3], *agreed_form = in_agreed[how / 6];
		if (*row_form)
			text_format(&row, "%s:%s%s ", id, images[i], strchr(row_form, '~') ? "~" : "");
		if (*agreed_form)
			text_format(&agreed, "%s:%s%s ", images[i], id,
				    strchr(agreed_form, '~')   ? "~"
				    : strchr(agreed_form, '^') ? "^"
							       : "");
	}
	if (number % 2)
		text_add(&row, "9:photo");
	number /= 2;
	scene->views = (struct pictures_views){.fetch_is_over = number & 1, .filled_lately = number & 2};
	scene_begin(scene, text_or_empty(&item), text_or_empty(&row), text_or_empty(&agreed));
	text_done(&item);
	text_done(&row);
	text_done(&agreed);
}

static bool row_has(const struct scene *scene, const char *attachment_id)
{
	for (size_t i = 0; i < scene->views.row_count; i++)
		if (strcmp(scene->attachments[i].id, attachment_id) == 0)
			return true;
	return false;
}

/* Without the command a picture leaves the item only if the row has shown it, and has others; a foreign one never leaves the row. */
static void check_removal(const struct scene *scene, const struct picture_decision *one)
{
	if (one->action == PICTURE_UNLINK) {
		size_t place = 0;
		while (strcmp(scene->pairs[place].image_id, one->image_id) != 0)
			assert_true(++place < scene->views.agreed_count);
		assert_int_equal(scene->pairs[place].state, PICTURE_CONFIRMED);
		assert_true(scene->views.row_count > 0);
	}
	if (one->action == PICTURE_TAKE_OUT)
		assert_non_null(one->image_id);
}

static void check_scene(unsigned number)
{
	static struct pictures_plan plan;
	struct scene scene;
	size_t item = 0, row = 0;

	scene_of(&scene, number);
	plan_pictures(&scene.views, &plan);
	for (size_t i = 0; i < plan.count; i++) {
		const struct picture_decision *one = &plan.list[i];
		check_removal(&scene, one);
		item += one->image_id && one->action != PICTURE_FORGET && one->action != PICTURE_TAKE_OUT;
		row += one->attachment_id != NULL;
		assert_true(!one->attachment_id || row_has(&scene, one->attachment_id));
	}
	/* Each is decided once. */
	assert_int_equal(item, scene.views.item_count);
	assert_int_equal(row, scene.views.row_count);
	scene_done(&scene);
}

static void test_all_scenes(void **state)
{
	(void)state;
	for (unsigned number = 0; number < 24 * 24 * 24 * 2 * 4; number++)
		check_scene(number);
}

static void test_too_many(void **state)
{
	static struct pictures_plan plan;
	const struct pictures_views views = {.row_count = PICTURES_MOST + 1};

	(void)state;
	plan_pictures(&views, &plan);
	assert_int_equal(plan.count, 0);
	assert_false(plan.write_row);
	assert_non_null(plan.problem);
}

int main(void)
{
	struct cases cases = {0};

	cases_add_table(&cases, plan_cases, check_plan);
	cases_add(&cases, own_copy("nothing is lost that nobody removed, and each picture is decided once"),
		  test_all_scenes, NULL);
	cases_add(&cases, own_copy("more pictures than anybody has"), test_too_many, NULL);
	return cases_run("plan_pictures", &cases);
}
