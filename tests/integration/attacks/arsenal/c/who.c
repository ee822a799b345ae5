/*
 * Says what a program has got by its exec: effective user and group, capabilities, no_new_privs,
 * and whether a filter holds it. Its copies carry the set-user-ID bit and the like.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void value(FILE *status, const char *key, char *ret_value)
{
    char line[256];

    rewind(status);
    while (fgets(line, sizeof(line), status)) {
        if (strncmp(line, key, strlen(key)) == 0)
            sscanf(line + strlen(key), "%31s", ret_value);
    }
}

int main(void)
{
    char effective[32] = "0", no_new_privs[32] = "0", filter[32] = "0";
    FILE *status = fopen("/proc/self/status", "re");

    if (!status)
        return 2;
    value(status, "CapEff:", effective);
    value(status, "NoNewPrivs:", no_new_privs);
    value(status, "Seccomp:", filter);
    printf("%u %u %s %s %s\n", geteuid(), getegid(), effective, no_new_privs, filter);
    return 0;
}
