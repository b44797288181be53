#include "bridge/pages/hours_chart.h"

#include "web/html.h"

enum {
	HOUR_MS = 3600000,
	BAR_WIDTH = 12,
	BAR_STEP = 15,
	HALF = 40, /* the height of the longest bar */
	WIDTH = SPANS_HOURS * BAR_STEP,
};

struct hour {
	int64_t up, down;
};

/* hours[SPANS_HOURS - 1] is the present one. The most that one of them has. */
static int64_t read_hours(const struct spans *spans, int64_t now_wall_ms, struct hour hours[SPANS_HOURS])
{
	int64_t now = now_wall_ms / HOUR_MS, most = 0;

	for (size_t i = 0; i < SPANS_HOURS; i++) {
		const struct span *span = &spans->hours[i];
		int64_t ago = now - span->number;
		if (span->number == 0 || ago < 0 || ago >= SPANS_HOURS)
			continue;
		struct hour *hour = &hours[SPANS_HOURS - 1 - ago];
		*hour = (struct hour){span->counts[SPAN_TO_AIRTABLE], span->counts[SPAN_TO_COUCHDB]};
		most = hour->up > most ? hour->up : most;
		most = hour->down > most ? hour->down : most;
	}
	return most;
}

/* What is there is seen, however little it is. */
static int height_of(int64_t count, int64_t most)
{
	int height = (int)(count * HALF / most);

	return count > 0 && height < 2 ? 2 : height;
}

static void add_bar(struct text *text, const char *kind, size_t place, int top, int height)
{
	if (height > 0)
		html_format(text,
			    "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"2\"/>",
			    kind, (int)place * BAR_STEP, top, BAR_WIDTH, height);
}

void hours_chart_add(struct text *text, const struct spans *spans, int64_t now_wall_ms)
{
	struct hour hours[SPANS_HOURS] = {0};
	int64_t most = read_hours(spans, now_wall_ms, hours), up = 0, down = 0;

	if (most <= 0)
		return;
	for (size_t i = 0; i < SPANS_HOURS; i++) {
		up += hours[i].up;
		down += hours[i].down;
	}
	html_format(text,
		    "<figure><svg class=\"hours\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Changes of "
		    "the last 24 "
		    "hours: %lld to Airtable, %lld to CouchDB\">",
		    WIDTH, 2 * HALF + 2, (long long)up, (long long)down);
	for (size_t i = 0; i < SPANS_HOURS; i++) {
		int height = height_of(hours[i].up, most);
		add_bar(text, "up", i, HALF - height, height);
		add_bar(text, "down", i, HALF + 2, height_of(hours[i].down, most));
	}
	html_format(text,
		    "<rect class=\"line\" x=\"0\" y=\"%d\" width=\"%d\" height=\"1\"/></svg>\n<figcaption>24 "
		    "hours: <span "
		    "class=\"key up\">%lld to Airtable</span> (above), <span class=\"key down\">%lld to "
		    "CouchDB</span> "
		    "(below)</figcaption></figure>\n",
		    HALF, WIDTH, (long long)up, (long long)down);
}
