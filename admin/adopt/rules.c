/*
 * Whether the configuration lets adopted hooks do what they did before. Admin's process; the
 * helper's answers are checked by answer_ask().
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "rules.h"

#include "answer.h"
#include "cleanup.h"
#include "command.h"
#include "refuse.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static bool is_same_directory(const char *path, const char *other)
{
    struct stat a, b;

    return stat(path, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

int rules_prepare(const struct adopt_request *request, struct adopt_rules *ret_rules)
{
    const struct answer_question question = {.word = "places"};
    auto_answer struct json_object *answer = NULL;
    int r = answer_ask(request->command, &request->places, &question, &answer);

    *ret_rules = (struct adopt_rules){0};
    if (r != 0) {
        adopt_refuse(request, "the hooks stay where they are, since virthook would run none; mend "
                              "that first");
        return r;
    }
    ret_rules->config = strdup(answer_text(answer, "config"));
    ret_rules->hooks = strdup(answer_text(answer, "hooks"));
    if (!ret_rules->config || !ret_rules->hooks)
        return adopt_refuse(request, "memory is short; nothing was changed");
    ret_rules->other_hooks = !is_same_directory(ret_rules->hooks, request->hooks);
    return 0;
}

/* No rule chose its profile, and the default one confines it. */
static bool lacks_profile(const struct json_object *script)
{
    struct json_object *profiles;
    size_t count = answer_list(script, "profiles", &profiles);

    for (size_t i = 0; i < count; i++) {
        const struct json_object *profile = json_object_array_get_idx(profiles, i);

        if (!answer_get(profile, "rule") &&
            !json_object_get_boolean(answer_get(profile, "unconfined")))
            return true;
    }
    return false;
}

static void look_at_script(const struct plan *plan, const struct json_object *script,
                           struct adopt_rules *rules)
{
    int driver = libvirt_find_driver(answer_text(script, "driver"));

    if (driver >= 0 && plan->taken[driver] && lacks_profile(script))
        rules->missing[driver] = true;
}

static bool has_dispatcher(const struct plan *plan)
{
    for (size_t i = 0; i < LIBVIRT_DRIVERS; i++) {
        if (plan->dispatcher[i])
            return true;
    }
    return false;
}

int rules_look(const struct adopt_request *request, const struct plan *plan,
               struct adopt_rules *rules)
{
    const struct answer_question question = {.word = "list"};
    struct places places = request->places;
    auto_answer struct json_object *answer = NULL;
    struct json_object *scripts;
    size_t count;
    int r;

    /* The hooks are still there; where they go they have the same names. */
    places.hooks = request->libvirt;
    r = answer_ask(request->command, &places, &question, &answer);
    if (r != 0)
        return r;
    count = answer_list(answer, "scripts", &scripts);
    for (size_t i = 0; i < count; i++)
        look_at_script(plan, json_object_array_get_idx(scripts, i), rules);
    rules->looked = true;
    rules->layout = has_dispatcher(plan) &&
                    json_object_get_boolean(answer_get(answer, "per_guest_layout"));
    return 0;
}

static bool misses_any(const struct adopt_rules *rules)
{
    for (size_t i = 0; i < LIBVIRT_DRIVERS; i++) {
        if (rules->missing[i])
            return true;
    }
    return false;
}

bool rules_lack(const struct adopt_rules *rules)
{
    return rules->other_hooks || rules->layout || misses_any(rules);
}

static void write_lines(FILE *stream, const struct adopt_request *request,
                        const struct adopt_rules *rules)
{
    if (rules->other_hooks)
        fprintf(stream, "hooks = \"%s\"\n", request->hooks);
    if (rules->layout)
        fputs("per_guest_layout = no\n", stream);
    for (size_t i = 0; i < LIBVIRT_DRIVERS; i++) {
        if (rules->missing[i])
            fprintf(stream, "rule \"adopted %s\" {\n    driver = %s\n    profile = unconfined\n}\n",
                    libvirt_drivers[i], libvirt_drivers[i]);
    }
}

char *rules_lines(const struct adopt_request *request, const struct adopt_rules *rules)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);

    if (!stream)
        return NULL;
    write_lines(stream, request, rules);
    if (fclose(stream) == 0)
        return text;
    free(text);
    return NULL;
}

void rules_clear(struct adopt_rules *rules)
{
    free(rules->config);
    free(rules->hooks);
    *rules = (struct adopt_rules){0};
}
