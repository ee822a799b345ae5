/*
 * `virt-hook log --verify`. Admin's process; what stands in the logs is not trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "verify.h"

#include "chain.h"
#include "cleanup.h"
#include "command.h"
#include "complain.h"
#include "heads.h"
#include "verify_show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Verifying, as the logs are read one after the other. */
struct verifying {
    const struct verify_show *show;
    struct expected expected[LOG_EXPECT_MAX];
    size_t expected_count;
    struct verified *logs; /* owned */
    size_t count;
    bool any_finding;
    int error; /* of the output */
};

static void show_finding(void *context, const struct finding *finding)
{
    struct verifying *verifying = context;

    if (verifying->error == 0)
        verifying->error = verifying->show->find(finding, !verifying->any_finding);
    verifying->any_finding = true;
}

static void see(void *context, const struct sighting *sighting)
{
    struct verifying *verifying = context;

    for (size_t i = 0; i < verifying->expected_count; i++)
        expected_see(&verifying->expected[i], sighting);
}

static int read_expected(struct verifying *verifying, const struct log_options *options)
{
    for (size_t i = 0; i < options->expect_count; i++) {
        if (!expected_read(options->expect[i], &verifying->expected[i]))
            return complain_usage("log",
                                  "--expect takes a head, CHAIN:SEQ:HASH, as virt-hook log --head "
                                  "prints it, not '%s'",
                                  options->expect[i]);
    }
    verifying->expected_count = options->expect_count;
    return 0;
}

static int read_logs(struct verifying *verifying, struct log_files *files)
{
    struct verify_listener listener = {.context = verifying, .find = show_finding, .see = see};
    int r = 0;

    verifying->logs = calloc(files->count, sizeof(*verifying->logs));
    if (!verifying->logs)
        return -ENOMEM;
    for (size_t i = 0; r == 0 && i < files->count;) {
        struct verified *log = &verifying->logs[verifying->count++];

        log->files = files_of_one(&files->list[i], files->count - i);
        log->path = files->list[i + log->files - 1].path;
        r = verify_log(&files->list[i], log->files, &listener, &log->summary);
        i += log->files;
    }
    return r < 0 ? r : verifying->error;
}

static struct verify_result sum_up(const struct verifying *verifying)
{
    struct verify_result result = {
        .logs = verifying->logs,
        .count = verifying->count,
        .expected = verifying->expected,
        .expected_count = verifying->expected_count,
    };

    for (size_t i = 0; i < result.count; i++) {
        result.records += result.logs[i].summary.records;
        result.breaks += result.logs[i].summary.breaks;
    }
    for (size_t i = 0; i < result.expected_count; i++)
        result.breaks += expected_holds(&result.expected[i]) ? 0 : 1;
    return result;
}

/* What could not be read may hide anything: that comes before what was found. */
static int status_of(const struct verify_result *result)
{
    int status = result->breaks > 0 ? STATUS_DENY : STATUS_ALLOW;

    for (size_t i = 0; i < result->count; i++) {
        const struct verify_summary *summary = &result->logs[i].summary;

        if (summary->damaged)
            status = complain(STATUS_USAGE, "log",
                              "%s cannot be read to its end: %s; what is missing of it shows as "
                              "removed",
                              summary->damaged, chain_error_text(summary->error));
    }
    return status;
}

static int complain_of(int error)
{
    if (error == -EIO)
        return complain(STATUS_USAGE, "log", "what was found cannot be written to stdout");
    return complain(STATUS_USAGE, "log", "the log cannot be verified: %s", strerror(-error));
}

static int verify_files(struct verifying *verifying, struct log_files *files)
{
    struct verify_result result;
    int r = verifying->show->start();

    if (r == 0)
        r = read_logs(verifying, files);
    if (r != 0)
        return complain_of(r);
    result = sum_up(verifying);
    r = verifying->show->end(&result);
    if (r == 0 && fflush(stdout) != 0)
        r = -errno;
    return r != 0 ? complain_of(r) : status_of(&result);
}

int verify_logs(struct log_options *options)
{
    struct verifying verifying = {.show = options->json ? &verify_show_json : &verify_show_people};
    struct log_files files = {0};
    int r = read_expected(&verifying, options);

    if (r == 0)
        r = heads_find_files(options, &files);
    if (r == 0)
        r = verify_files(&verifying, &files);
    free(verifying.logs);
    files_clear(&files);
    return r;
}
