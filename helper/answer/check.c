/*
 * What is wrong with the configuration, the hooks and the scripts of events: found by the code that
 * loads the one and vets the others. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "check_events.h"
#include "cleanup.h"
#include "discover.h"
#include "matter.h"
#include "prepare.h"
#include "survey.h"

#include <stdio.h>
#include <string.h>

/* The lists of the answer; each belongs to the object. */
struct findings {
    struct json_object *problems, *notes, *scripts, *passed_over;
};

static bool append_notes(struct json_object *list, const struct text_list *notes)
{
    for (size_t i = 0; i < notes->count; i++) {
        if (!object_append_text(list, notes->texts[i]))
            return false;
    }
    return true;
}

static bool append_pair(struct json_object *list, const char *path, const char *key,
                        const char *text)
{
    struct json_object *item = json_object_new_object();

    return object_append(list, item) && object_add_text(item, "path", path) &&
           object_add_text(item, key, text);
}

static int take_folder(void *owner, const struct script_list *list)
{
    const struct findings *findings = owner;

    for (size_t i = 0; i < list->count; i++) {
        if (!append_pair(findings->scripts, list->scripts[i].path, "problem",
                         list->scripts[i].problem))
            return -ENOMEM;
    }
    for (size_t i = 0; i < list->passed_count; i++) {
        if (!append_pair(findings->passed_over, list->passed[i].path, "why", list->passed[i].why))
            return -ENOMEM;
    }
    return 0;
}

/* Returns 0 or -ENOMEM; a tree that cannot be read is a problem like others. */
static int check_hooks(const struct matter *matter, struct findings *findings)
{
    const struct discover_place place = matter_place(matter);
    auto_free char *text = NULL;
    int r = survey_hooks(&place, take_folder, findings);

    if (r == 0 || r == -ENOMEM)
        return r;
    text = matter_survey_problem(matter->hooks, r);
    return text && object_append_text(findings->problems, text) ? 0 : -ENOMEM;
}

/* Whether the profiles in use can be had here. Returns 0 or a negative errno. */
static int check_profiles(const struct matter *matter, struct findings *findings)
{
    const struct question *question = matter->question;
    struct sandbox_host host = *question->host;
    struct sandbox_list list = {};
    auto_free char *error = NULL;
    bool ok;
    int r;

    if (question->host_problem)
        return object_append_text(findings->problems, question->host_problem) ? 0 : -ENOMEM;
    host.log = question->audit ? question->audit : matter->config->audit;
    r = sandboxes_prepare(&host, matter->config, matter->hooks, &list, &error);
    if (r < 0)
        return r;
    ok = r == 0 ? append_notes(findings->notes, &list.notes)
                : object_append_text(findings->problems, error);
    sandboxes_clear(&list);
    return ok ? 0 : -ENOMEM;
}

static bool begin(const struct question *question, const char *hooks, struct json_object *object,
                  struct findings *ret_findings)
{
    const struct findings findings = {
        .problems = json_object_new_array(),
        .notes = json_object_new_array(),
        .scripts = json_object_new_array(),
        .passed_over = json_object_new_array(),
    };

    *ret_findings = findings;
    return object_add_text(object, "config", question->config) &&
           object_add_text(object, "hooks", hooks) &&
           object_add(object, "problems", findings.problems) &&
           object_add(object, "notes", findings.notes) &&
           object_add(object, "scripts", findings.scripts) &&
           object_add(object, "passed_over", findings.passed_over);
}

int matter_check(const struct matter *matter, struct json_object *object)
{
    struct findings findings;
    int r;

    if (!begin(matter->question, matter->hooks, object, &findings) ||
        !append_notes(findings.notes, &matter->config->notes))
        return -ENOMEM;
    r = check_profiles(matter, &findings);
    if (r == 0)
        r = check_hooks(matter, &findings);
    return r < 0 ? r : check_events(matter, findings.problems, take_folder, &findings);
}

int matter_check_refused(const struct question *question, const char *why,
                         struct json_object *object)
{
    struct findings findings;

    /* Where hooks are and how they are laid out was for the configuration to say. */
    return begin(question, NULL, object, &findings) && object_append_text(findings.problems, why)
               ? 0
               : -ENOMEM;
}
