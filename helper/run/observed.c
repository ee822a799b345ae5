/*
 * What a permissive script did, as a list. Helper. What the runner reports is bounded and made safe
 * to show here; numbers and paths in it may be anything.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "observed.h"

#include "call_name.h"
#include "capabilities.h"
#include "cleanup.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

/* What stands before a path, by what was done. */
static const char *path_verb(uint32_t sight)
{
    static const char *const verbs[] = {
        [SIGHT_READ] = "read",
        [SIGHT_WRITE] = "write",
        [SIGHT_CREATE] = "create",
        [SIGHT_REMOVE] = "remove",
        [SIGHT_RENAME] = "rename",
        [SIGHT_MOUNT] = "mount",
        [SIGHT_EXECUTE] = "execute",
        [SIGHT_CONNECT] = "connect",
        [SIGHT_PERMISSION_READ] = "permission read",
        [SIGHT_PERMISSION_WRITE] = "permission write",
        [SIGHT_PERMISSION_EXECUTE] = "permission execute",
        [SIGHT_LOOK] = "look",
    };

    return sight < sizeof(verbs) / sizeof(verbs[0]) ? verbs[sight] : NULL;
}

static void write_call(FILE *stream, const struct runner_observed *what)
{
    bool can = what->value == 0 && call_can_be_listed(what->arch, what->number);

    fputs("call ", stream);
    call_write_name(stream, what->arch, what->number);
    fputs(can ? "" : " (never granted)", stream);
}

static void write_capability(FILE *stream, uint32_t number)
{
    const char *name = number < 64 ? capability_name((int)number) : NULL;

    if (name)
        fprintf(stream, "capability %s", name);
    else
        fprintf(stream, "capability %u", number);
}

static void write_unknown(FILE *stream, const struct runner_observed *what)
{
    fputs("unknown ", stream);
    call_write_name(stream, what->arch, what->number);
    if (what->value) {
        fputc(' ', stream);
        call_write_family(stream, (int)what->value);
    }
}

static void write_path(FILE *stream, const struct runner_report *report)
{
    size_t length = strnlen(report->path, sizeof(report->path));
    auto_free char *safe = text_escape(report->path, length, false);

    fputs(safe ? safe : "?", stream);
}

static void write_line(FILE *stream, const struct runner_report *report)
{
    const struct runner_observed *what = &report->observed;

    switch (what->sight) {
    case SIGHT_CALL:
        write_call(stream, what);
        break;
    case SIGHT_SOCKET:
        fputs("socket ", stream);
        call_write_family(stream, (int)what->value);
        break;
    case SIGHT_CAPABILITY:
        write_capability(stream, what->value);
        break;
    case SIGHT_OWNER:
        fprintf(stream, "owner %u ", what->value);
        write_path(stream, report);
        break;
    case SIGHT_NETWORK:
        fputs("network ", stream);
        call_write_name(stream, what->arch, what->number);
        break;
    case SIGHT_UNKNOWN:
        write_unknown(stream, what);
        break;
    default:
        fprintf(stream, "%s ", path_verb(what->sight));
        write_path(stream, report);
    }
}

static char *make_line(const struct runner_report *report)
{
    char *line = NULL;
    size_t size;
    FILE *stream = open_memstream(&line, &size);

    if (!stream)
        return NULL;
    write_line(stream, report);
    if (fclose(stream) != 0) {
        free(line);
        return NULL;
    }
    return line;
}

static bool keep(struct observed *observed, const char *line)
{
    size_t length = strlen(line), size = observed->size + length + 1;
    char *text;

    if (observed->lines == OBSERVED_LINES_MAX || size > OBSERVED_SIZE_MAX)
        return false;
    text = realloc(observed->text, size + 1);
    if (!text)
        return false;
    if (observed->lines > 0)
        text[observed->size++] = '\n';
    memcpy(text + observed->size, line, length + 1);
    observed->size += length;
    observed->text = text;
    observed->lines++;
    return true;
}

static bool is_sight(uint32_t sight)
{
    return sight >= SIGHT_CALL && sight <= SIGHT_UNKNOWN;
}

void observed_add(struct observed *observed, const struct runner_report *report)
{
    auto_free char *line = NULL;

    if (report->observed.sight == SIGHT_MORE)
        observed->more = true;
    if (!is_sight(report->observed.sight))
        return;
    if (observed->lines < OBSERVED_LINES_MAX)
        line = make_line(report);
    if (!line || !keep(observed, line))
        observed->others++;
}

char *observed_text(const struct observed *observed)
{
    char *text = NULL;

    if (!observed->text && observed->others == 0 && !observed->more)
        return NULL;
    if (observed->others == 0 && !observed->more)
        return strdup(observed->text);
    if (asprintf(&text, "%s%sothers ×%llu%s", observed->text ? observed->text : "",
                 observed->text ? "\n" : "", (unsigned long long)observed->others,
                 observed->more ? " and more" : "") < 0)
        return NULL;
    return text;
}

void observed_clear(struct observed *observed)
{
    free(observed->text);
    *observed = (struct observed){};
}
