#include "bridge/endpoints/couch_checkpoint.h"

#include "base/own.h"
#include "couch/server.h"

#include <stdlib.h>
#include <string.h>

struct couch_checkpoint {
	struct couch_client *couch;
	char *name;  /* owned */
	char *born;  /* owned; of the database that was last read; NULL: the server does not tell */
	bool looked; /* whether 'born' was asked for */
};

struct couch_checkpoint *couch_checkpoint_open(struct couch_client *couch, const char *integration_id)
{
	struct couch_checkpoint *place = own_alloc(sizeof *place);

	place->couch = couch;
	place->name = own_format("checkpoint-%s", integration_id);
	return place;
}

void couch_checkpoint_close(struct couch_checkpoint **place)
{
	if (!*place)
		return;
	struct couch_checkpoint *gone = take(*place);
	free(gone->name);
	free(gone->born);
	free(gone);
}

/* *same_out: it is the database that was asked about before. */
static bool job(struct couch_checkpoint *place, bool *same_out, struct error *error)
{
	struct couch_identity identity = {0};

	if (!couch_database_identity(place->couch, &identity, error))
		return false;
	const char *born = couch_identity_born(&identity);
	*same_out = !place->looked || !born || !place->born || strcmp(born, place->born) == 0;
	free(place->born);
	place->born = own_copy(born);
	place->looked = true;
	couch_identity_done(&identity);
	return true;
}

static bool is_of(const struct couch_checkpoint *place, struct json_object *checkpoint)
{
	const char *born = json_text_or(checkpoint, "born", NULL);

	return !born || !place->born || strcmp(born, place->born) == 0;
}

bool couch_checkpoint_read(struct couch_checkpoint *place, struct json_object **checkpoint_out,
			   struct error *error)
{
	struct json_object *found = NULL;
	bool same;

	if (!job(place, &same, error) || !couch_local_read(place->couch, place->name, &found, error))
		return false;
	if (!is_of(place, found))
		json_object_close(&found);
	*checkpoint_out = found;
	return true;
}

struct judging {
	const struct couch_checkpoint *place;
	couch_local_judge *judge;
	void *context;
};

static bool judge_of_database(void *context, struct json_object *present, struct error *error)
{
	const struct judging *judging = context;

	return judging->judge(judging->context, is_of(judging->place, present) ? present : NULL, error);
}

static bool write_once(const struct couch_checkpoint *place, struct json_object *checkpoint,
		       struct judging *judging, struct error *error)
{
	scoped(json_object) body = json_copy(checkpoint);

	if (place->born)
		json_put_text(body, "born", place->born);
	return couch_local_write_over(place->couch, place->name, body, judge_of_database, judging, error);
}

bool couch_checkpoint_write(struct couch_checkpoint *place, struct json_object *checkpoint,
			    couch_local_judge *judge, void *context, struct error *error)
{
	struct judging judging = {place, judge, context};
	bool same = true;

	if (!place->looked && !job(place, &same, error))
		return false;
	if (!write_once(place, checkpoint, &judging, error))
		return false;
	if (!place->born)
		return true;
	if (!job(place, &same, error))
		return false;
	/* Where it may stand in the other one, too, it says of which it is. */
	return same || (judge(context, NULL, error) && write_once(place, checkpoint, &judging, error));
}
