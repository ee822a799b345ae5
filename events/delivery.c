/*
 * An event on its way to the helper. virteventd. What comes back from the state file is read with
 * care: it may be damaged.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "delivery.h"

#include "cleanup.h"
#include "document.h"
#include "json_read.h"
#include "object.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define auto_delivery __attribute__((cleanup(cleanup_delivery)))

static void cleanup_delivery(struct delivery **slot)
{
    delivery_free(*slot);
}

/* Copies a text and counts it; false where memory is short. */
static bool keep(struct delivery *delivery, char **member, const char *text)
{
    *member = strdup(text);
    if (!*member)
        return false;
    delivery->size += strlen(text) + 1;
    return true;
}

/* All but the document. */
static int copy_event(const struct event *event, struct delivery **ret_delivery)
{
    auto_delivery struct delivery *delivery = calloc(1, sizeof(*delivery));

    if (!delivery)
        return -ENOMEM;
    *delivery = (struct delivery){.sequence = event->sequence, .attempt = 1};
    delivery->size = sizeof(*delivery);
    if (!keep(delivery, &delivery->uri, event->uri) ||
        !keep(delivery, &delivery->kind, event->kind) ||
        !keep(delivery, &delivery->object, event->object) ||
        !keep(delivery, &delivery->uuid, event->uuid) ||
        !keep(delivery, &delivery->event, event->event) ||
        !keep(delivery, &delivery->detail, event->detail) ||
        !keep(delivery, &delivery->extra, event->extra))
        return -ENOMEM;
    *ret_delivery = take_pointer(&delivery);
    return 0;
}

int delivery_make(const struct event *event, struct delivery **ret_delivery)
{
    auto_delivery struct delivery *delivery = NULL;
    int r = copy_event(event, &delivery);

    if (r == 0)
        r = document_make(event, &delivery->document);
    if (r < 0)
        return r;
    delivery->size += strlen(delivery->document) + 1;
    *ret_delivery = take_pointer(&delivery);
    return 0;
}

static bool read_event(struct json_object *object, struct event *ret_event)
{
    return json_read_number(object, "sequence", 1, UINT64_MAX, &ret_event->sequence) &&
           json_read_text(object, "uri", &ret_event->uri) &&
           json_read_text(object, "kind", &ret_event->kind) &&
           json_read_text(object, "object", &ret_event->object) &&
           json_read_text(object, "uuid", &ret_event->uuid) &&
           json_read_text(object, "event", &ret_event->event) &&
           json_read_text(object, "detail", &ret_event->detail) &&
           json_read_text(object, "extra", &ret_event->extra);
}

int delivery_parse(const char *document, size_t size, struct delivery **ret_delivery)
{
    auto_json struct json_object *object = json_read_object(document, size);
    auto_delivery struct delivery *delivery = NULL;
    struct event event = {0};
    int r;

    if (!object || !read_event(object, &event))
        return -EBADMSG;
    r = copy_event(&event, &delivery);
    if (r < 0)
        return r;
    delivery->document = strndup(document, size);
    if (!delivery->document)
        return -ENOMEM;
    delivery->size += size + 1;
    *ret_delivery = take_pointer(&delivery);
    return 0;
}

void delivery_free(struct delivery *delivery)
{
    if (!delivery)
        return;
    while (delivery->retry_count > 0)
        delivery_drop_retry(delivery, delivery->retry_count - 1);
    free(delivery->retries);
    free(delivery->uri);
    free(delivery->kind);
    free(delivery->object);
    free(delivery->uuid);
    free(delivery->event);
    free(delivery->detail);
    free(delivery->extra);
    free(delivery->document);
    free(delivery);
}

void delivery_free_all(struct delivery *first)
{
    while (first) {
        struct delivery *next = first->next;

        delivery_free(first);
        first = next;
    }
}

int delivery_make_prefix(char ret_prefix[DELIVERY_PREFIX_SIZE])
{
    uint64_t number;

    if (getrandom(&number, sizeof(number), 0) != sizeof(number))
        return -EIO;
    (void)snprintf(ret_prefix, DELIVERY_PREFIX_SIZE, "%016" PRIx64, number);
    return 0;
}

void delivery_name(const struct delivery *delivery, const char *prefix,
                   char ret_name[DELIVERY_NAME_SIZE])
{
    if (delivery->attempt > 1)
        (void)snprintf(ret_name, DELIVERY_NAME_SIZE, "%s-%" PRIu64 ".%u", prefix,
                       delivery->sequence, delivery->attempt);
    else
        (void)snprintf(ret_name, DELIVERY_NAME_SIZE, "%s-%" PRIu64, prefix, delivery->sequence);
}

bool delivery_tells_of_loss(const struct delivery *delivery)
{
    return strcmp(delivery->kind, "daemon") == 0 && strcmp(delivery->event, "lost") == 0;
}

int delivery_add_retry(struct delivery *delivery, const char *script, unsigned int left)
{
    size_t count = delivery->retry_count;
    struct delivery_retry *list = reallocarray(delivery->retries, count + 1, sizeof(*list));

    if (!list)
        return -ENOMEM;
    delivery->retries = list;
    list[count].script = strdup(script);
    if (!list[count].script)
        return -ENOMEM;
    list[count].left = left;
    delivery->retry_count++;
    return 0;
}

void delivery_drop_retry(struct delivery *delivery, size_t index)
{
    struct delivery_retry *list = delivery->retries;

    free(list[index].script);
    delivery->retry_count--;
    memmove(&list[index], &list[index + 1], (delivery->retry_count - index) * sizeof(*list));
}
