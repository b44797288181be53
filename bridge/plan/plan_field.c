#include "bridge/plan/plan_field.h"

/* A link that a row shows and no document stands behind. */
static bool links_unknown(const struct cell *cell)
{
	for (size_t i = 0; cell->kind == CELL_LINKS && i < cell->id_count; i++)
		if (cell->ids[i][0] == CELL_UNKNOWN_LINK)
			return true;
	return false;
}

static bool couch_useless(const struct field_views *field)
{
	return field->couch_unmappable || field->couch->kind == CELL_WRONG;
}

static bool airtable_useless(const struct field_views *field)
{
	return field->airtable->kind == CELL_WRONG;
}

static bool hides_zero(const struct field_views *field)
{
	return cell_hides_zero(field->airtable, field->couch, &field->equivalence);
}

static bool alike(const struct field_views *field, bool exactly)
{
	struct cell_equivalence equivalence = field->equivalence;

	if (exactly)
		equivalence.tolerance = 0;
	return cell_equal(field->couch, field->airtable, &equivalence) || hides_zero(field);
}

/* A link that nobody can follow yet stops the field, whoever moved. */
static bool plan_obstacle(const struct field_views *field, struct decision *decision_out)
{
	if (field->airtable->kind == CELL_LINKS && field->airtable->id_count > 1)
		*decision_out = (struct decision){ACTION_PROBLEM,
						  "the cell has two links where there is room for one"};
	else if (field->waits || links_unknown(field->couch) || links_unknown(field->airtable))
		*decision_out = (struct decision){ACTION_WAIT, "what it points to has no counterpart yet"};
	else
		return false;
	return true;
}

/* Two different values of which either could be meant. */
static struct decision newest(const struct field_views *field, const char *couch_wins,
			      const char *airtable_wins)
{
	if (field->order == ORDER_AIRTABLE_NEWER)
		return (struct decision){ACTION_TO_COUCH | ACTION_CONFLICT, airtable_wins};
	if (field->order == ORDER_COUCH_NEWER)
		return (struct decision){ACTION_TO_AIRTABLE | ACTION_CONFLICT, couch_wins};
	return (struct decision){ACTION_ASK_TIME, "it is not known which of both was edited last"};
}

static struct decision does_not_fit(void)
{
	return (struct decision){ACTION_PROBLEM, "the column cannot hold the document's value"};
}

/* The document's value cannot go to the row. What somebody enters there is taken for its correction when it is the later
 * edit of both; an earlier one waits for a person. */
static struct decision newest_that_fits(const struct field_views *field)
{
	struct decision found =
		newest(field, "the document was edited last",
		       "the column cannot hold the document's value, and the cell was edited last");

	return found.action & ACTION_TO_AIRTABLE ? does_not_fit() : found;
}

/* An empty Type says "Item" as well; where nothing was agreed on it says nothing. */
static bool cell_says_nothing(const struct field_views *field)
{
	return field->airtable->kind == CELL_EMPTY || field->blank;
}

/* Ours to say: a changed cell is set back, whatever was put there. */
static struct decision plan_out(const struct field_views *field)
{
	bool couch = !field->has_base || field->couch_moved || field->settles_held;
	struct decision obstacle;

	if (!couch && !field->airtable_moved)
		return (struct decision){ACTION_NONE, "as last written"};
	if (alike(field, false))
		return (struct decision){ACTION_MOVE_BASE, "both show the same"};
	if (plan_obstacle(field, &obstacle))
		return obstacle;
	if (couch_useless(field))
		return does_not_fit();
	if (!couch)
		return (struct decision){ACTION_TO_AIRTABLE, "the cell was changed, it is set back"};
	return (struct decision){ACTION_TO_AIRTABLE, "couch moved"};
}

/* Nothing is known of a former agreement, not even that there was one: sync-rules 5. */
static struct decision plan_first_contact(const struct field_views *field)
{
	struct decision obstacle;

	if (alike(field, false))
		return (struct decision){ACTION_MOVE_BASE, "first contact: both show the same"};
	if (plan_obstacle(field, &obstacle))
		return obstacle;
	if (airtable_useless(field))
		return (struct decision){ACTION_PROBLEM,
					 "first contact: the document cannot hold the cell's value"};
	if (couch_useless(field))
		return cell_says_nothing(field) ? does_not_fit() : newest_that_fits(field);
	if (field->same_updated_at)
		return (struct decision){
			ACTION_TO_COUCH,
			"first contact: the document was not edited since the row was written"};
	if (field->row_unedited)
		return (struct decision){ACTION_TO_AIRTABLE,
					 "first contact: the cell was not edited since both were in step"};
	if (field->couch->kind == CELL_EMPTY)
		return (struct decision){ACTION_TO_COUCH, "first contact: the document has no value"};
	if (field->airtable->kind == CELL_EMPTY)
		return (struct decision){ACTION_TO_AIRTABLE, "first contact: the cell is empty"};
	return newest(field, "first contact: couch was edited last",
		      "first contact: airtable was edited last");
}

/* There is an entry, but not for this field: it counts as changed in the document. What stands in the cell is not
 * believed (a column made anew, a choice removed, a link never written), but what may be a person's is kept. */
static struct decision plan_not_agreed(const struct field_views *field)
{
	struct decision obstacle;

	if (alike(field, false))
		return (struct decision){ACTION_MOVE_BASE, "nothing was agreed on; both show the same"};
	if (plan_obstacle(field, &obstacle))
		return obstacle;
	if (couch_useless(field))
		return cell_says_nothing(field) || airtable_useless(field) ? does_not_fit()
									   : newest_that_fits(field);
	if (field->airtable->kind == CELL_EMPTY || airtable_useless(field))
		return (struct decision){ACTION_TO_AIRTABLE,
					 "nothing was agreed on: the document fills the cell"};
	return (struct decision){ACTION_TO_AIRTABLE | ACTION_CONFLICT,
				 "nothing was agreed on: the document's value replaces the cell's"};
}

/* One of both cannot be used on the other side. Neither is overwritten by what did not move. */
static struct decision plan_useless(const struct field_views *field, bool couch_did_move,
				    bool airtable_did_move)
{
	if (couch_useless(field) && couch_did_move)
		return airtable_did_move && !airtable_useless(field) ? newest_that_fits(field)
								     : does_not_fit();
	if (couch_did_move)
		return (struct decision){ACTION_TO_AIRTABLE,
					 "couch moved, and what the cell shows cannot be used"};
	if (airtable_useless(field))
		return (struct decision){ACTION_PROBLEM, "the document cannot hold the cell's value"};
	return (struct decision){ACTION_TO_COUCH, "only airtable moved, from what the column cannot hold"};
}

/* The table of the design, with what can go wrong between its lines. */
static struct decision plan_both(const struct field_views *field)
{
	bool couch = field->couch_moved, airtable = field->airtable_moved;
	struct decision obstacle;

	if (field->settles_held) {
		couch = field->order == ORDER_COUCH_NEWER;
		airtable = !couch;
	}
	if (!couch && !airtable)
		return (struct decision){ACTION_NONE, "both as last agreed"};
	/* A cell that showed 0 and was emptied says that there is no value. */
	bool emptied = !couch && hides_zero(field);
	if (!emptied && alike(field, !airtable))
		return (struct decision){ACTION_MOVE_BASE, "both moved to the same"};
	if (plan_obstacle(field, &obstacle))
		return obstacle;
	if (couch_useless(field) || airtable_useless(field))
		return plan_useless(field, couch, airtable);
	if (field->settles_held)
		return newest(field, "a person has chosen the document's value",
			      "a person has chosen the row's value");
	if (field->held)
		return newest(field, "both differed since the database went back, couch was edited last",
			      "both differed since the database went back, airtable was edited last");
	if (!airtable)
		return (struct decision){ACTION_TO_AIRTABLE, "only couch moved"};
	if (couch)
		return newest(field, "both moved, couch was edited last",
			      "both moved, airtable was edited last");
	if (field->base_uncertain)
		return newest(field, "the document may have been edited too, and was edited last",
			      "the document may have been edited too, the cell was edited last");
	if (field->shown_differently)
		return newest(field, "the cell never showed the document's value, which was edited last",
			      "the cell never showed the document's value, and was edited last");
	return (struct decision){ACTION_TO_COUCH, "only airtable moved"};
}

struct decision plan_field(const struct field_views *field)
{
	if (field->direction == DIRECTION_COMMAND)
		return (struct decision){ACTION_NONE, "a command, not a value"};
	if (field->direction == DIRECTION_OUT)
		return plan_out(field);
	if (field->first_contact)
		return plan_first_contact(field);
	if (!field->has_base)
		return plan_not_agreed(field);
	return plan_both(field);
}

struct decision plan_new_field(enum field_direction direction, const struct cell *airtable, bool is_filled)
{
	/* Of two links a person has to take one away, whatever they wait for. */
	if (links_unknown(airtable) && airtable->id_count == 1)
		return (struct decision){ACTION_WAIT, "what it points to has no document yet"};
	if (direction == DIRECTION_BOTH && is_filled)
		return (struct decision){ACTION_TO_COUCH, "a new row"};
	return (struct decision){ACTION_NONE, "a new row"};
}
