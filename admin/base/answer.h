/*
 * Questions about configuration and hooks, which the helper's binary answers: it alone reads the
 * configuration and judges scripts. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "places.h"

#include <json-c/json.h>

/* Bytes of an answer at the most. */
#define ANSWER_MAX (64 << 20)

/* Milliseconds that the binary has for all of its answer; then it is killed. */
#define ANSWER_WAIT_MS 30000

/* What else is handed on to the helper, and asked. */
struct answer_question {
    const char *word;         /* "places", "explain"; see virthook-helper --help */
    const char *const *names; /* ends in NULL; NULL: none */
    const char *profile;      /* that the call would ask for; or NULL */
};

/*
 * Asks the helper's binary, which ends with its answer. Returns 0 with the object, which the caller
 * puts (json_object_put()); or an exit status where a complaint in the name of `command` was made:
 * STATUS_USAGE where the helper says that there is no answer (a configuration that is refused),
 * STATUS_NO_HELPER where it cannot be run, or says nothing that is an answer or nothing in time.
 */
int answer_ask(const char *command, const struct places *places,
               const struct answer_question *question, struct json_object **ret_answer);

/* The text under a key, "" where there is none. It belongs to the object. */
const char *answer_text(const struct json_object *object, const char *key);

/* The value under a key, NULL where there is none. It belongs to the object. */
struct json_object *answer_get(const struct json_object *object, const char *key);

/* The length of the list under a key, which is 0 where there is none. */
size_t answer_list(const struct json_object *object, const char *key,
                   struct json_object **ret_list);

/* For auto_answer variables. */
void answer_free(struct json_object **slot);

#define auto_answer __attribute__((cleanup(answer_free)))
