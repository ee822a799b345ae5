/*
 * Questions about configuration and hooks: read, answered, printed. Helper, started for one
 * question by root or a session's user; what stands in files and folders is judged as for calls.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "answer.h"

#include "cleanup.h"
#include "fd.h"
#include "matter.h"

#include <string.h>

static int tell_places(const struct matter *matter, struct json_object *object)
{
    const struct question *question = matter->question;
    const struct config *config = matter->config;
    bool ok = object_add_text(object, "config", question->config) &&
              object_add_boolean(object, "config_read", config->path) &&
              object_add_text(object, "hooks", matter->hooks) &&
              object_add_text(object, "audit", question->audit ? question->audit : config->audit) &&
              object_add_text(object, "guest_tmp", config->guest_tmp);

    return ok ? 0 : -ENOMEM;
}

static const struct kind {
    const char *word;
    size_t least, most; /* names */
    const char *usage;
    int (*answer)(const struct matter *matter, struct json_object *object);
} kinds[] = {
    {"places", 0, 0, "no name after places", tell_places},
    {"check", 0, 0, "no name after check", matter_check},
    {"list", 0, 1, "OBJECT or nothing after list", matter_list},
    {"near-root", 1, 1, "one text of lines KEY VALUE after near-root", matter_near_root},
    {"explain-event", 3, 4, "KIND OBJECT EVENT [DETAIL] after explain-event", matter_explain_event},
    {"explain", 3, 4, "DRIVER OBJECT OPERATION [SUB-OPERATION] after explain", matter_explain},
};

static const struct kind *find_kind(const char *word)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].word, word) == 0)
            return &kinds[i];
    }
    return NULL;
}

bool answer_needs_host(const char *word)
{
    return strcmp(word, "check") == 0;
}

const char *answer_usage(const char *word, size_t name_count)
{
    const struct kind *kind = find_kind(word);

    if (!kind)
        return "places, check, list, near-root, explain or explain-event";
    return name_count >= kind->least && name_count <= kind->most ? NULL : kind->usage;
}

static int answer_with(const struct question *question, const struct config *config,
                       struct json_object *object)
{
    const struct matter matter = {
        .question = question,
        .config = config,
        .hooks = question->hooks ? question->hooks : config->hooks,
        .session_uid = geteuid(),
    };

    return find_kind(question->word)->answer(&matter, object);
}

static int answer(const struct question *question, struct json_object *object)
{
    auto_free char *error = NULL;
    struct config *config = NULL;
    int r = config_load(question->config, question->config_given, geteuid(), &config, &error);

    if (r == CONFIG_E_REFUSED && strcmp(question->word, "check") == 0)
        return matter_check_refused(question, error, object);
    if (r == CONFIG_E_REFUSED)
        return object_add_text(object, "error", error) ? 0 : -ENOMEM;
    if (r < 0)
        return r;
    r = answer_with(question, config, object);
    config_free(config);
    return r;
}

int answer_print(const struct question *question)
{
    auto_json struct json_object *object = json_object_new_object();
    const char *text;
    int r = object ? answer(question, object) : -ENOMEM;

    if (r < 0)
        return r;
    text = json_object_to_json_string_ext(object,
                                          JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
    if (!text)
        return -ENOMEM;
    r = fd_write_all(STDOUT_FILENO, text, strlen(text));
    return r < 0 ? r : fd_write_all(STDOUT_FILENO, "\n", 1);
}
