/*
 * `virt-hook adopt` and `virt-hook release`: libvirt's hooks are moved under virthook, and back.
 * Admin's process, as root.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "adopt.h"

#include "adopt_options.h"
#include "cleanup.h"
#include "command.h"
#include "complain.h"
#include "plan.h"
#include "refuse.h"
#include "rules.h"
#include "show.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int complain_failed(const struct adopt_request *request, const struct step *step, int error,
                           int undone)
{
    if (undone < 0)
        return adopt_refuse(request,
                            "%s could not be changed (%s), nor could what was done before be taken "
                            "back (%s): look at %s and %s",
                            step->to, strerror(-error), strerror(-undone), request->libvirt,
                            request->hooks);
    return adopt_refuse(request, "%s could not be changed: %s; what was done before was taken back",
                        step->to, strerror(-error));
}

/* The directories keep their times, so that after a release nothing tells of the adoption. */
static void put_times(const char *path, const struct stat *st)
{
    const struct timespec times[2] = {st->st_atim, st->st_mtim};

    utimensat(AT_FDCWD, path, times, 0);
}

static int take_plan(const struct adopt_request *request, const struct plan *plan)
{
    struct stat libvirt, hooks;
    size_t failed = 0;
    int undone = 0, r;

    if (stat(request->libvirt, &libvirt) < 0 || stat(request->hooks, &hooks) < 0)
        return adopt_refuse(request, "a directory has gone: try again");
    r = steps_take(&plan->steps, request->shim, &failed, &undone);
    put_times(request->libvirt, &libvirt);
    put_times(request->hooks, &hooks);
    return r < 0 ? complain_failed(request, &plan->steps.list[failed], r, undone) : 0;
}

/* What came of it, or of nothing. Returns an exit status. */
static int tell(const struct adopt_request *request, const struct plan *plan,
                const struct adopt_rules *rules, int r)
{
    const struct adopt_rules *asked = rules->looked ? rules : NULL;

    if (request->json)
        return adopt_show_json(request, r == 0 ? plan : NULL, r == 0 ? asked : NULL);
    if (r == 0 && !show_plan(request, plan, asked))
        return complain(STATUS_USAGE, request->command, "%s cannot be shown: %s",
                        request->dry_run ? "what would be done" : "what was done", strerror(errno));
    return 0;
}

/* Whether the configuration lets the hooks work as before, once they are where they go. */
static int ask_rules(const struct adopt_request *request, const struct plan *plan,
                     struct adopt_rules *rules)
{
    int r = rules_prepare(request, rules);

    return r == 0 ? rules_look(request, plan, rules) : r;
}

static int carry_out(const struct adopt_request *request)
{
    auto_rules struct adopt_rules rules = {0};
    struct plan plan = {0};
    int r = plan_make(request, &plan), told;

    if (r == 0 && plan.steps.count > 0 && !request->release)
        r = ask_rules(request, &plan, &rules);
    if (r == 0 && !request->dry_run && !rules_lack(&rules))
        r = take_plan(request, &plan);
    told = tell(request, &plan, &rules, r);
    plan_clear(&plan);
    if (r != 0 || told != 0)
        return r != 0 ? r : told;
    return rules_lack(&rules) ? STATUS_DENY : STATUS_ALLOW;
}

static int serve(int argc, char **argv, bool release)
{
    auto_free char *refusal = NULL;
    struct adopt_request request = {
        .command = release ? "release" : "adopt", .release = release, .refusal = &refusal};
    int status;

    if (adopt_options_parse(argc, argv, &request, &status))
        status = carry_out(&request);
    adopt_options_clear(&request);
    return status;
}

int adopt_command(int argc, char **argv)
{
    return serve(argc, argv, false);
}

int release_command(int argc, char **argv)
{
    return serve(argc, argv, true);
}
