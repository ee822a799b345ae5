/*
 * A suggestion as configuration to paste. Admin's process; all texts were escaped when they were
 * read, so that a comment stays one, and what stands in quotes stays in them.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "block.h"

#include "cleanup.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* Reasons of one grant that are shown; the rest is counted. */
#define REASONS_SHOWN 4

static const char bare[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@";

/* Bare where the configuration takes it so; within single quotes \ and ' are special. */
static void write_value(FILE *stream, const char *prefix, const char *value)
{
    bool quoted = value[strspn(value, bare)] != '\0';

    fprintf(stream, "%s%s", quoted ? "'" : "", prefix);
    for (; *value; value++)
        fprintf(stream, "%s%c", *value == '\\' || *value == '\'' ? "\\" : "", *value);
    fputs(quoted ? "'" : "", stream);
}

static void write_operations(FILE *stream, const struct evidence *evidence, uint64_t operations)
{
    const char *comma = "";

    for (size_t i = 0; i < evidence->operation_count; i++) {
        if (!(operations & 1ULL << i))
            continue;
        fprintf(stream, "%s%s", comma, evidence->operations[i]);
        comma = ", ";
    }
}

void block_write_reason(FILE *stream, const struct evidence *evidence,
                        const struct sighting *reason)
{
    fprintf(stream, "%s%s: ", reason->refused ? "refused: " : "", reason->text);
    write_operations(stream, evidence, reason->operations);
    fprintf(stream, "; first in %s", reason->call);
}

static void write_reasons(FILE *stream, const struct suggestion *suggestion,
                          const struct grant *grant, const char *indent)
{
    for (size_t i = 0; i < grant->reason_count && i < REASONS_SHOWN; i++) {
        fprintf(stream, "%s# ", indent);
        block_write_reason(stream, suggestion->evidence, grant->reasons[i]);
        fputc('\n', stream);
    }
    if (grant->reason_count > REASONS_SHOWN)
        fprintf(stream, "%s# and %zu more\n", indent, grant->reason_count - REASONS_SHOWN);
    if (grant->why)
        fprintf(stream, "%s# %s\n", indent, grant->why);
    if (grant->near_root)
        fprintf(stream, "%s# NEAR ROOT: %s\n", indent, grant->near_root);
}

static bool is_scalar(enum grant_key key)
{
    return key == GRANT_USER || key == GRANT_NETWORK;
}

/* A file that is not there any more is no reason to refuse the script. */
static const char *prefix_of(enum grant_key key)
{
    return key >= GRANT_WRITABLE && key <= GRANT_EXECUTABLE ? "-" : "";
}

/* Writes the grants of one key, which stand together; returns where the next begin. */
static size_t write_key(FILE *stream, const struct suggestion *suggestion, size_t first)
{
    const struct grants *grants = &suggestion->grants;
    enum grant_key key = grants->list[first].key;
    size_t end = first;

    while (end < grants->count && grants->list[end].key == key)
        end++;
    if (is_scalar(key)) {
        write_reasons(stream, suggestion, &grants->list[first], "    ");
        fprintf(stream, "    %s = ", grant_key_name(key));
        write_value(stream, "", grants->list[first].value);
        fputc('\n', stream);
        return end;
    }
    fprintf(stream, "    %s %s {\n", grant_key_name(key), key == GRANT_EXECUTABLE ? "=" : "+=");
    for (size_t i = first; i < end; i++) {
        write_reasons(stream, suggestion, &grants->list[i], "        ");
        fputs("        ", stream);
        write_value(stream, prefix_of(key), grants->list[i].value);
        fputs(i + 1 < end ? ",\n" : "\n", stream);
    }
    fputs("    }\n", stream);
    return end;
}

/* Patterns of a shell: a path is to stand for itself. */
static void write_script(FILE *stream, const char *key, const char *path)
{
    fprintf(stream, "    %s = '", key);
    for (; *path; path++) {
        if (strchr("*?[\\", *path))
            fputs("\\\\", stream);
        fprintf(stream, "%s%c", *path == '\\' || *path == '\'' ? "\\" : "", *path);
    }
    fputs("'\n", stream);
}

static void write_rule(FILE *stream, const char *path, bool of_event, const char *profile)
{
    fprintf(stream, "%s \"%s\" {\n", of_event ? "event" : "rule", profile);
    write_script(stream, of_event ? "for" : "script", path);
    fprintf(stream, "    profile = %s\n}\n", profile);
}

static void write_head(FILE *stream, const struct suggestion *suggestion)
{
    const struct evidence *evidence = suggestion->evidence;

    if (evidence->runs == 0) {
        fprintf(stream,
                "# What %s was refused under the profile %s; it has not run under a permissive "
                "profile.\n",
                evidence->path, evidence->profile);
        return;
    }
    fprintf(stream, "# The least profile that fits %s, by its %" PRIu64 " run%s under the ",
            evidence->path, evidence->runs, evidence->runs == 1 ? "" : "s");
    fprintf(stream, "permissive profile %s.\n# Seen: ", evidence->profile);
    write_operations(stream, evidence, evidence->observed_at);
    fputs("\n", stream);
}

static void write_rest(FILE *stream, const struct suggestion *suggestion, enum grant_key key,
                       const char *title)
{
    const struct grants *grants = &suggestion->grants;
    const char *before = title;

    for (size_t i = 0; i < grants->count; i++) {
        if (grants->list[i].key != key)
            continue;
        fprintf(stream, "%s# - ", before);
        block_write_reason(stream, suggestion->evidence, grants->list[i].reasons[0]);
        fprintf(stream, "\n#   (%s)\n", grants->list[i].why);
        before = "";
    }
}

void block_write(FILE *stream, const struct suggestion *suggestion)
{
    const struct grants *grants = &suggestion->grants;

    write_head(stream, suggestion);
    fprintf(stream, "profile \"%s\" {\n    inherits = ", suggestion->name);
    write_value(stream, "", suggestion->base);
    fputc('\n', stream);
    for (size_t i = 0; i < grants->count && grants->list[i].key < GRANT_KEYS;)
        i = write_key(stream, suggestion, i);
    fprintf(stream,
            "}\n\n# Before other %s that fit the script, in place of that of the permissive "
            "profile.\n",
            suggestion->evidence->of_event ? "event sections" : "rules");
    write_rule(stream, suggestion->evidence->path, suggestion->evidence->of_event,
               suggestion->name);
    write_rest(stream, suggestion, GRANT_NEVER, "\n# It did this, which cannot be granted:\n");
    write_rest(stream, suggestion, GRANT_UNKNOWN, "\n# It did this, which cannot be told:\n");
    fputs("\n# Not observed:\n", stream);
    for (size_t i = 0; i < suggestion->remark_count; i++)
        fprintf(stream, "# - %s\n", suggestion->remarks[i]);
}

int block_write_learning(FILE *stream, const char *path, bool of_event)
{
    auto_free char *name = suggestion_name("learn-", path);

    if (!name)
        return -ENOMEM;
    fprintf(stream, "profile \"%s\" {\n    inherits = isolated\n    permissive = yes\n}\n\n", name);
    write_rule(stream, path, of_event, name);
    return 0;
}
