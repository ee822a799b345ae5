/*
 * A helper's status, shown to a person. Admin's process; every text in it is the helper's, who
 * quotes configuration and names of files, and is escaped here.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "overview.h"

#include "cleanup.h"
#include "terminal.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Columns of the words in front. */
#define LABEL_WIDTH 11

static struct json_object *member(struct json_object *object, const char *key)
{
    struct json_object *found = NULL;

    return json_object_object_get_ex(object, key, &found) ? found : NULL;
}

static uint64_t number_of(struct json_object *object, const char *key)
{
    return json_object_get_uint64(member(object, key));
}

/* A text, made safe; the caller frees it. NULL where memory is short. */
static char *safe_text(struct json_object *value)
{
    const char *text = value ? json_object_get_string(value) : NULL;

    return text && text[0] ? text_escape(text, strlen(text), false) : strdup("-");
}

static void print_label(const struct terminal *terminal, const char *label)
{
    char padded[LABEL_WIDTH + 2];

    snprintf(padded, sizeof(padded), "%-*s ", LABEL_WIDTH, label);
    terminal_print(terminal, TONE_STRONG, padded);
}

static void print_tone(const struct terminal *terminal, const char *label, enum tone tone,
                       struct json_object *value)
{
    auto_free char *text = safe_text(value);

    print_label(terminal, label);
    terminal_print(terminal, tone, text ? text : "-");
    putchar('\n');
}

static void print_text(const struct terminal *terminal, const char *label,
                       struct json_object *value)
{
    print_tone(terminal, label, TONE_PLAIN, value);
}

/* Each text on a line of its own, the label on the first. */
static void print_list(const struct terminal *terminal, const char *label, enum tone tone,
                       struct json_object *list)
{
    size_t count = list ? json_object_array_length(list) : 0;

    for (size_t i = 0; i < count; i++)
        print_tone(terminal, i == 0 ? label : "", tone, json_object_array_get_idx(list, i));
}

static void print_helper(const struct terminal *terminal, struct json_object *status)
{
    auto_free char *name = safe_text(member(status, "name"));
    auto_free char *version = safe_text(member(status, "version"));

    print_label(terminal, "helper");
    printf("%s, process %" PRIu64 ", version %s\n", name ? name : "-", number_of(status, "pid"),
           version ? version : "-");
    print_text(terminal, "config", member(status, "config"));
    print_text(terminal, "hooks", member(status, "hooks"));
    print_text(terminal, "audit", member(status, "audit"));
    print_text(terminal, "guest /tmp", member(status, "guest_tmp"));
}

static void print_class(const struct terminal *terminal, const char *label,
                        struct json_object *class)
{
    print_label(terminal, label);
    printf("%" PRIu64 " running, %" PRIu64 " queued, at most %" PRIu64 " at once\n",
           number_of(class, "running"), number_of(class, "waiting"), number_of(class, "slots"));
}

static void print_calls(const struct terminal *terminal, struct json_object *status)
{
    uint64_t unkillable = number_of(status, "unkillable");

    print_label(terminal, "calls");
    printf("%" PRIu64 " since the start, %" PRIu64 " open\n", number_of(status, "calls"),
           number_of(status, "open"));
    print_class(terminal, "hooks run", member(status, "hook"));
    print_class(terminal, "events run", member(status, "event"));
    print_label(terminal, "left");
    printf("%" PRIu64 " scripts linger, %" PRIu64 " processes cannot be killed%s\n",
           number_of(status, "lingering"), unkillable,
           unkillable > 0 ? ": they wait for a device or file system, mend that" : "");
}

static void print_enforced(const struct terminal *terminal, struct json_object *enforced)
{
    auto_free char *pid = safe_text(member(enforced, "pid_namespace"));
    auto_free char *seccomp = safe_text(member(enforced, "seccomp"));
    uint64_t landlock = number_of(enforced, "landlock");

    print_label(terminal, "enforced");
    printf("PID namespace: %s\n", pid ? pid : "-");
    print_label(terminal, "");
    printf("seccomp: %s\n", seccomp ? seccomp : "-");
    print_label(terminal, "");
    if (landlock > 0)
        printf("Landlock: ABI %" PRIu64 "\n", landlock);
    else
        puts("Landlock: none");
    print_label(terminal, "");
    printf("cgroup of each script: %s\n",
           json_object_get_boolean(member(enforced, "cgroup")) ? "yes" : "no");
    print_list(terminal, "lacks", TONE_WARNING, member(enforced, "lacks"));
}

static void print_privilege(const struct terminal *terminal, struct json_object *privilege)
{
    struct json_object *held = member(privilege, "capabilities");
    size_t count = held ? json_object_array_length(held) : 0;

    print_label(terminal, "privilege");
    printf("uid %" PRIu64 ", %s", number_of(privilege, "uid"),
           count > 0 ? "capabilities" : "no capability");
    for (size_t i = 0; i < count; i++) {
        auto_free char *name = safe_text(json_object_array_get_idx(held, i));

        printf(" %s", name ? name : "-");
    }
    putchar('\n');
    print_list(terminal, "why", TONE_PLAIN, member(privilege, "why"));
}

void overview_print(struct json_object *status)
{
    struct terminal terminal = terminal_of(stdout);

    print_helper(&terminal, status);
    print_calls(&terminal, status);
    print_enforced(&terminal, member(status, "enforced"));
    print_privilege(&terminal, member(status, "privilege"));
    print_list(&terminal, "notes", TONE_WARNING, member(status, "notes"));
}
