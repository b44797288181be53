#include "sandbox/fetch_queue.h"
#include <stdlib.h>

void sandbox_fetch_queue_add(struct sandbox_fetch_queue *queue, struct sandbox_record *record,
			     struct sandbox_field *field, struct sandbox_file *file)
{
	struct sandbox_fetch *fetch = own_alloc(sizeof(*fetch));

	*fetch = (struct sandbox_fetch){.record = record, .field = field, .file = sandbox_file_share(file)};
	if (queue->last)
		queue->last->next = fetch;
	else
		queue->first = fetch;
	queue->last = fetch;
}

void sandbox_fetch_queue_remove(struct sandbox_fetch_queue *queue, struct sandbox_fetch *fetch)
{
	struct sandbox_fetch *before = NULL;

	if (queue->first == fetch) {
		queue->first = fetch->next;
	} else {
		for (before = queue->first; before->next != fetch;)
			before = before->next;
		before->next = fetch->next;
	}
	if (queue->last == fetch)
		queue->last = before;
	sandbox_file_close(&fetch->file);
	free(fetch);
}

bool sandbox_fetch_queue_has(const struct sandbox_fetch_queue *queue, const struct sandbox_file *file)
{
	for (const struct sandbox_fetch *fetch = queue->first; fetch; fetch = fetch->next) {
		if (fetch->file == file)
			return true;
	}
	return false;
}

void sandbox_fetch_queue_done(struct sandbox_fetch_queue *queue)
{
	while (queue->first)
		sandbox_fetch_queue_remove(queue, queue->first);
}
