/*
 * SELinux: the domain that scripts of a profile run in. Helper; it asks the kernel, which knows the
 * policy that is loaded.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "label.h"

#include "cleanup.h"
#include "fd.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>

#define SELINUX_DIR "/sys/fs/selinux"

/* Other security modules have an attr/current too; where its file system is not shown, as in a
 * container, SELinux is not this process's to ask. */
static bool is_there(void)
{
    struct statfs st;

    return statfs(SELINUX_DIR, &st) == 0 && (unsigned long)st.f_type == SELINUX_MAGIC;
}

void label_look(char ret_context[SANDBOX_CONTEXT_SIZE])
{
    auto_close int fd = is_there() ? open("/proc/thread-self/attr/current", O_RDONLY | O_CLOEXEC)
                                   : -1;
    size_t size = 0;

    if (fd >= 0 && fd_read_all(fd, ret_context, SANDBOX_CONTEXT_SIZE - 1, &size) < 0)
        size = 0;
    ret_context[size] = '\0';
    ret_context[strcspn(ret_context, "\n")] = '\0';
}

bool label_make(const char *own, const char *type, char ret_label[PLAN_LABEL_SIZE])
{
    const char *role = strchr(own, ':');
    const char *own_type = role ? strchr(role + 1, ':') : NULL;
    const char *level;
    int length;

    if (!own_type)
        return false;
    /* A policy without levels has none. */
    level = strchrnul(own_type + 1, ':');
    length = snprintf(ret_label, PLAN_LABEL_SIZE, "%.*s:%s%.*s", (int)(own_type - own), own, type,
                      (int)strcspn(level, "-"), level);
    return length < PLAN_LABEL_SIZE;
}

const char *label_type(const struct profile *profile)
{
    return profile->permissive || !profile->selinux ? LABEL_UNCONFINED_TYPE : profile->selinux;
}

static bool is_known(const char *label)
{
    auto_close int fd = open(SELINUX_DIR "/context", O_RDWR | O_CLOEXEC);

    return fd >= 0 && write(fd, label, strlen(label) + 1) >= 0;
}

bool label_choose(const struct sandbox_host *host, const struct profile *profile,
                  char ret_label[PLAN_LABEL_SIZE])
{
    if (label_make(host->selinux, label_type(profile), ret_label) && is_known(ret_label))
        return true;
    ret_label[0] = '\0';
    return false;
}
