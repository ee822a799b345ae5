/*
 * `virt-hook explain`: what would run for a call, in which order, and why. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "answer.h"
#include "ask_options.h"
#include "ask_show.h"
#include "command.h"
#include "complain.h"
#include "explain_show.h"
#include "virthook-config.h"

#define NAMES_MIN 3
#define NAMES_MAX 4

static const char help_text[] =
    "Usage: virt-hook explain [OPTION]... DRIVER OBJECT OPERATION [SUB-OPERATION]\n"
    "       virt-hook explain --event [OPTION]... KIND OBJECT EVENT [DETAIL]\n"
    "Tell what would run for this hook call, in which order, under which profile and by which\n"
    "rule; the call's deadline; what a failure would mean for libvirt; and why files are passed\n"
    "over. Nothing is run. Without SUB-OPERATION it is the one that libvirt gives. With --event "
    "it\n"
    "is told of an event of virteventd's; without DETAIL, with the first that there is.\n"
    "\n"
    "  --config FILE   configuration (default " VIRTHOOK_CONFIG_PATH ")\n"
    "  --hooks DIR     where hooks are, instead of the configuration's\n"
    "  --profile NAME  as if the call asked for this profile\n"
    "  --event         tell of an event, not of a hook call\n"
    "  --json          one JSON object\n"
    "  --helper PATH   the helper's binary (default " VIRTHOOK_HELPER_PATH ")\n"
    "  --help\n"
    "\n"
    "Exit status: 0 told; 1 told, and a script would be refused; 2 usage or configuration; 3 no\n"
    "helper.\n"
    "\n"
    "For example: virt-hook explain qemu guest1 prepare\n"
    "             virt-hook explain --event domain guest1 stopped crashed\n";

static const struct option option_table[] = {
    ASK_COMMON,
    {"profile", required_argument, NULL, ASK_PROFILE},
    {"event", no_argument, NULL, ASK_EVENT},
    {0},
};

static int check_command_line(const struct ask_options *options)
{
    if (options->name_count < NAMES_MIN)
        return complain_usage("explain", "a name is missing: %s",
                              options->event ? "KIND OBJECT EVENT [DETAIL]"
                                             : "DRIVER OBJECT OPERATION [SUB-OPERATION]");
    if (options->name_count > NAMES_MAX)
        return complain_usage("explain", "one name too many: '%s'", options->names[NAMES_MAX]);
    if (options->event && options->profile)
        return complain_usage("explain", "no event asks for a profile: leave --profile out");
    return 0;
}

static int explain(const struct ask_options *options)
{
    const struct answer_question question = {
        .word = options->event ? "explain-event" : "explain",
        .names = options->names,
        .profile = options->profile,
    };
    auto_answer struct json_object *answer = NULL;
    int r = check_command_line(options);

    if (r == 0)
        r = answer_ask("explain", &options->places, &question, &answer);
    if (r == 0)
        r = options->json ? ask_print_json("explain", answer) : explain_show(answer);
    return r == 0 && ask_has_refused(answer) ? STATUS_DENY : r;
}

int explain_command(int argc, char **argv)
{
    static const struct ask_command command = {option_table, help_text};
    struct ask_options options;
    int status;

    if (ask_options_parse(argc, argv, &command, &options, &status))
        status = explain(&options);
    ask_options_clear(&options);
    return status;
}
