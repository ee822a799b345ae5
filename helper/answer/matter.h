/*
 * One question with the configuration it is answered by. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "answer.h"
#include "config.h"
#include "discover_events.h"
#include "object.h"

struct matter {
    const struct question *question;
    const struct config *config;
    const char *hooks; /* the question's, or the configuration's */
    uid_t session_uid; /* see vet.h */
};

/* `check` where the configuration is refused for this reason. Returns 0 or -ENOMEM. */
int matter_check_refused(const struct question *question, const char *why,
                         struct json_object *object);

/* Each fills in the object and returns 0, or a negative errno. Where there is no answer the object
 * has "error" alone. */
int matter_check(const struct matter *matter, struct json_object *object);
int matter_explain(const struct matter *matter, struct json_object *object);
int matter_explain_event(const struct matter *matter, struct json_object *object);
int matter_near_root(const struct matter *matter, struct json_object *object);
int matter_list(const struct matter *matter, struct json_object *object);

/* Adds a rule's name and one of its lines under the key, or null; false where memory is short. */
bool matter_add_rule(struct json_object *object, const char *key, const struct rule *rule,
                     unsigned int line);

/* The same of an event section. */
bool matter_add_event_rule(struct json_object *object, const char *key,
                           const struct event_rule *rule, unsigned int line);

/* Adds the list of what is passed over; false where memory is short. */
bool matter_add_passed_over(struct json_object *object, const struct script_list *found);

/* Where and how hooks are looked for, and events' scripts. */
struct discover_place matter_place(const struct matter *matter);
struct discover_events_place matter_events_place(const struct matter *matter);

/* Why survey_hooks(), or survey_events(), of this directory gave up, in words that the caller
 * frees; NULL where memory is short. */
char *matter_survey_problem(const char *directory, int error);
