/*
 * `virt-hook suggest`: the least profile that fits a script, from what the log has of it. Admin's
 * process; what the records say is not trusted, and nothing is put in force here.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "block.h"
#include "cleanup.h"
#include "command.h"
#include "complain.h"
#include "gather.h"
#include "near_root.h"
#include "place.h"
#include "suggest_options.h"
#include "suggestion_json.h"
#include "text.h"
#include "virthook-config.h"

#include <inttypes.h>
#include <string.h>

static int complain_memory(void)
{
    return complain(STATUS_USAGE, "suggest", "it cannot be worked out: %s", strerror(ENOMEM));
}

static int read_log(struct suggest_options *options, struct evidence *evidence)
{
    auto_records struct records *records = NULL;
    auto_free char *other = NULL;
    int r = place_open("suggest", &options->places, &records);

    if (r != 0)
        return r;
    r = gather(records, options->script, evidence, &other);
    if (r == GATHER_E_AMBIGUOUS)
        return complain(STATUS_USAGE, "suggest", "the log has %s and %s: say which by its path",
                        evidence->path, other);
    return r < 0 ? complain_memory() : place_tell("suggest", records);
}

/* By what is known of it, else by where it stands. */
static bool is_of_event(const struct evidence *evidence, const char *path)
{
    static const char folder[] = VIRTHOOK_EVENTS_DIR "/";

    if (evidence->path)
        return evidence->of_event;
    return strcmp(path, VIRTHOOK_EVENTS_SCRIPT) == 0 || strncmp(path, folder, strlen(folder)) == 0;
}

/* How to come by records. Returns an exit status. */
static int teach(const struct evidence *evidence, const char *script)
{
    const char *path = evidence->path ? evidence->path : script;
    bool of_event = is_of_event(evidence, path);
    auto_free char *safe = text_escape(path, strlen(path), false);

    if (!safe)
        return complain_memory();
    if (evidence->strict_runs > 0)
        complain(0, "suggest",
                 "%s ran %" PRIu64 " time%s, never under a permissive profile, and was refused no "
                 "system call",
                 safe, evidence->strict_runs, evidence->strict_runs == 1 ? "" : "s");
    else
        complain(0, "suggest", "the log has no run of %s", safe);
    fprintf(
        stderr,
        "Have it run under a permissive profile, which refuses nothing and records what isolated\n"
        "would have refused; it is near root, so for scripts that you trust. In virthook.conf,\n"
        "before other %s, then 'virt-hook reload':\n\n",
        of_event ? "event sections" : "rules");
    return block_write_learning(stderr, safe, of_event) < 0 ? complain_memory() : STATUS_DENY;
}

/* The configuration to paste; the caller frees. NULL where memory is short. */
static char *make_block(const struct suggestion *suggestion)
{
    char *block = NULL;
    size_t size;
    FILE *stream = open_memstream(&block, &size);
    bool ok;

    if (!stream)
        return NULL;
    block_write(stream, suggestion);
    ok = !ferror(stream);
    ok &= fclose(stream) == 0;
    if (!ok) {
        free(block);
        return NULL;
    }
    return block;
}

static int print(const struct suggestion *suggestion, bool json)
{
    auto_free char *block = make_block(suggestion);
    int r;

    if (!block)
        return complain_memory();
    if (json)
        r = suggestion_print_json(suggestion, block);
    else
        r = fputs(block, stdout) < 0 ? -EIO : 0;
    if (r == 0 && fflush(stdout) != 0)
        r = -errno;
    return r < 0 ? complain(STATUS_USAGE, "suggest", "it cannot be shown: %s", strerror(-r)) : 0;
}

/* What a helper has to say of it is left out where none answers. */
static int make(const struct suggest_options *options, const struct evidence *evidence,
                struct suggestion *suggestion)
{
    int r = suggestion_make(evidence, options->profile, suggestion);

    if (r == 0 && near_root_find(&options->places, &suggestion->grants) != 0)
        r = suggestion_remark_no_helper(suggestion);
    return r;
}

static int suggest(const struct suggest_options *options, const struct evidence *evidence)
{
    struct suggestion suggestion = {0};
    int r = make(options, evidence, &suggestion);

    r = r < 0 ? complain_memory() : print(&suggestion, options->json);
    if (r == 0 && suggestion_is_short(&suggestion))
        r = STATUS_DENY;
    suggestion_clear(&suggestion);
    return r;
}

static int run(struct suggest_options *options)
{
    __attribute__((cleanup(evidence_clear))) struct evidence evidence = {0};
    int r = read_log(options, &evidence);

    if (r != 0)
        return r;
    if (evidence.runs == 0 && evidence.count == 0)
        return teach(&evidence, options->script);
    return suggest(options, &evidence);
}

int suggest_command(int argc, char **argv)
{
    struct suggest_options options;
    int status;

    if (suggest_options_parse(argc, argv, &options, &status))
        status = run(&options);
    suggest_options_clear(&options);
    return status;
}
