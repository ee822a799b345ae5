/*
 * `virt-hook list`: every script that could run, and what became of it when it last did. Admin's
 * process; names of files may be anything.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "answer.h"
#include "ask_options.h"
#include "ask_show.h"
#include "command.h"
#include "complain.h"
#include "drivers.h"
#include "last_results.h"
#include "list_show.h"
#include "virthook-config.h"

#include <errno.h>
#include <string.h>

static const char help_text[] =
    "Usage: virt-hook list [OPTION]...\n"
    "Show every script that could run: for which driver, guest (or other object) and operation;\n"
    "those of events after them, for which kind of object, object and event; all of them:\n"
    "under which profile, with a line for each rule that may count; whether vetting lets it run;\n"
    "and when it last did, and how it ended. Files that would never run are named with why.\n"
    "\n"
    "  --driver NAME   hooks of this driver alone: qemu, network, lxc ...\n"
    "  --guest NAME    what runs for this object, its last results, the profiles that it gives\n"
    "  --config FILE   configuration (default " VIRTHOOK_CONFIG_PATH ")\n"
    "  --hooks DIR     where hooks are, instead of the configuration's\n"
    "  --audit PLACE   the log, a file or a directory, instead of the configuration's\n"
    "  --json          one JSON object\n"
    "  --helper PATH   the helper's binary (default " VIRTHOOK_HELPER_PATH ")\n"
    "  --help\n"
    "\n"
    "Exit status: 0 shown; 1 shown, and a script would be refused; 2 usage, or a configuration or\n"
    "log that cannot be read; 3 no helper.\n"
    "\n"
    "For example: virt-hook list --guest guest1\n";

static const struct option option_table[] = {
    ASK_COMMON,
    PLACES_OPTION_AUDIT,
    {"driver", required_argument, NULL, ASK_DRIVER},
    {"guest", required_argument, NULL, ASK_GUEST},
    {0},
};

/* Leaves in the list what is of this driver. */
static int keep_driver(struct json_object *answer, const char *key, const char *driver)
{
    struct json_object *all, *kept = json_object_new_array();
    size_t count = answer_list(answer, key, &all);

    if (!kept)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        struct json_object *item = json_object_array_get_idx(all, i);

        if (strcmp(answer_text(item, "class"), "hook") == 0 &&
            strcmp(answer_text(item, "driver"), driver) == 0)
            json_object_array_add(kept, json_object_get(item));
    }
    return json_object_object_add(answer, key, kept) == 0 ? 0 : -ENOMEM;
}

static int check_command_line(const struct ask_options *options)
{
    if (options->driver && libvirt_find_driver(options->driver) < 0)
        return complain_usage("list",
                              "the driver is qemu, network, lxc, libxl, bhyve or daemon, not '%s'",
                              options->driver);
    return ask_options_take_no_name("list", options);
}

static int complete(const struct ask_options *options, struct json_object *answer)
{
    int r = 0;

    if (options->driver)
        r = keep_driver(answer, "scripts", options->driver);
    if (r == 0 && options->driver)
        r = keep_driver(answer, "passed_over", options->driver);
    if (r < 0)
        return complain(STATUS_USAGE, "list", "memory is short");
    return last_results_add("list", answer, options->guest);
}

static int list(const struct ask_options *options)
{
    const char *const names[] = {options->guest, NULL};
    const struct answer_question question = {.word = "list", .names = names};
    auto_answer struct json_object *answer = NULL;
    int r = check_command_line(options), shown;

    if (r == 0)
        r = answer_ask("list", &options->places, &question, &answer);
    if (r != 0)
        return r;
    /* A log that cannot be read keeps no script from being shown. */
    r = complete(options, answer);
    shown = options->json ? ask_print_json("list", answer) : list_show(answer);
    if (shown != 0 || r != 0)
        return shown != 0 ? shown : r;
    return ask_has_refused(answer) ? STATUS_DENY : STATUS_ALLOW;
}

int list_command(int argc, char **argv)
{
    static const struct ask_command command = {option_table, help_text};
    struct ask_options options;
    int status;

    if (ask_options_parse(argc, argv, &command, &options, &status))
        status = list(&options);
    ask_options_clear(&options);
    return status;
}
