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
#include "text.h"
#include "virthook-config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void print_path(const char *format, const char *path)
{
    auto_free char *safe = text_escape(path, strlen(path), false);

    fputs(format, stdout);
    fputs(safe ? safe : "?", stdout);
}

/* A script's two names and the shim's place are one move, for a person. */
static void print_step(const struct step *step, const char *shim)
{
    switch (step->kind) {
    case STEP_KEEP:
    case STEP_MOVE:
        print_path("move ", step->from);
        print_path(" to ", step->to);
        break;
    case STEP_COVER:
        print_path("link ", step->to);
        print_path(" to the shim ", shim);
        break;
    case STEP_UNCOVER:
        print_path(step->from[0] ? "move " : "remove the link ",
                   step->from[0] ? step->from : step->to);
        if (step->from[0])
            print_path(" to ", step->to);
        break;
    case STEP_POINT:
        print_path("link ", step->to);
        print_path(" to ", step->from);
        break;
    case STEP_UNPOINT:
        print_path("remove the link ", step->to);
        break;
    case STEP_DROP:
        return;
    }
    putchar('\n');
}

static void print_rules(const struct plan *plan)
{
    puts("\nThese hooks could do all that root can. So that they still can, timed, bounded and "
         "logged, put\nthis into " VIRTHOOK_CONFIG_PATH " and restart the helper, before they are "
         "moved:\n");
    for (size_t i = 0; i < LIBVIRT_DRIVERS; i++) {
        if (plan->taken[i])
            printf("rule \"adopted %s\" {\n    driver = %s\n    profile = unconfined\n}\n",
                   libvirt_drivers[i], libvirt_drivers[i]);
    }
    for (size_t i = 0; i < LIBVIRT_DRIVERS; i++) {
        if (plan->dispatcher[i])
            printf("\nThe script %s seems to run what is in %s.d by itself: leave per_guest_layout "
                   "= no, or it\nwould all run twice.\n",
                   libvirt_drivers[i], libvirt_drivers[i]);
    }
}

static void print_plan(const struct adopt_request *request, const struct plan *plan)
{
    for (size_t i = 0; i < plan->steps.count; i++)
        print_step(&plan->steps.list[i], request->shim);
    if (!request->release)
        print_rules(plan);
    if (request->dry_run)
        puts("\nNothing was changed (--dry-run).");
}

static int complain_failed(const struct adopt_request *request, const struct step *step, int error,
                           int undone)
{
    if (undone < 0)
        return complain(STATUS_USAGE, request->command,
                        "%s could not be changed (%s), nor could what was done before be taken "
                        "back (%s): look at %s and %s",
                        step->to, strerror(-error), strerror(-undone), request->libvirt,
                        request->hooks);
    return complain(STATUS_USAGE, request->command,
                    "%s could not be changed: %s; what was done before was taken back", step->to,
                    strerror(-error));
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
        return complain(STATUS_USAGE, request->command, "a directory has gone: try again");
    r = steps_take(&plan->steps, request->shim, &failed, &undone);
    put_times(request->libvirt, &libvirt);
    put_times(request->hooks, &hooks);
    return r < 0 ? complain_failed(request, &plan->steps.list[failed], r, undone) : 0;
}

static int carry_out(const struct adopt_request *request)
{
    struct plan plan = {0};
    int r = plan_make(request, &plan);

    if (r == 0 && plan.steps.count == 0) {
        printf("There is nothing to %s.\n", request->command);
    } else if (r == 0) {
        r = request->dry_run ? 0 : take_plan(request, &plan);
        if (r == 0)
            print_plan(request, &plan);
    }
    plan_clear(&plan);
    return r;
}

static int serve(int argc, char **argv, bool release)
{
    struct adopt_request request = {.command = release ? "release" : "adopt", .release = release};
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
