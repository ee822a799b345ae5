/*
 * virt-hook, the admin's command: one table of subcommands. Run by a person or a script, as root
 * or, in a session, as any user; its arguments are trusted as much as that user is.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "command.h"
#include "fd.h"
#include "virthook.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct command {
    const char *name;
    const char *summary;
    int (*run)(int argc, char **argv);
};

static const struct command commands[] = {
    {"run", "make one hook call through a helper of its own, without libvirt", run_command},
    {"log", "show the calls that have ended, and what came of them", log_command},
    {"show", "show one call in full", show_command},
    {"list", "show every script that could run, and how it last ended", list_command},
    {"explain", "tell what would run for a call, and why", explain_command},
    {"check", "tell what is wrong with the configuration and the hooks", check_command},
    {"status", "show what the helpers are doing, and what they enforce", status_command},
    {"reload", "put a new configuration in force, all or nothing", reload_command},
    {"stats", "show how often each script ran, how long it took, what it denied", stats_command},
    {"suggest", "work out from the log the least profile that fits a script", suggest_command},
    {"adopt", "move libvirt's hooks under virthook and put the shims in place", adopt_command},
    {"release", "take the shims away and give the hooks back to libvirt", release_command},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(void)
{
    puts("Usage: virt-hook COMMAND [ARGUMENT]...\n"
         "Try, watch and manage what libvirt's hooks do.\n");
    for (size_t i = 0; i < COMMANDS; i++)
        printf("  %-8s %s\n", commands[i].name, commands[i].summary);
    puts("\n'virt-hook COMMAND --help' says more.");
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    }
    return NULL;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    const struct command *command = find_command(name);

    fd_fill_standard();
    if (command)
        return command->run(argc - 1, argv + 1);
    if (strcmp(name, "--help") == 0) {
        print_help();
        return STATUS_ALLOW;
    }
    if (strcmp(name, "--version") == 0) {
        printf("virt-hook %s\n", virthook_version());
        return STATUS_ALLOW;
    }
    if (name[0])
        fprintf(stderr, "virt-hook: there is no command '%s'\n", name);
    fputs("Try 'virt-hook --help'.\n", stderr);
    return STATUS_USAGE;
}
