/*
 * What a filter is to answer, worked out from the wish alone: names first, then the few arguments
 * that count. Shares the sets with the helper, and libseccomp's names, but nothing of how the
 * program is made. The test's own process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "bpf.h"
#include "filter.h"
#include "sets.h"

#include <sched.h>
#include <seccomp.h>

#define MODEL_NAMES_MAX 1024

/* A wish, its sets dissolved into what they name. */
struct model {
    const struct filter_wish *wish;
    size_t count;
    const char *names[MODEL_NAMES_MAX];
};

/* What i386's ipc(2) stands for, by its first argument. sys/ipc.h */
static const char *const model_ipcs[] = {
    [1] = "semop",   [2] = "semget",  [3] = "semctl",  [4] = "semtimedop",
    [11] = "msgsnd", [12] = "msgrcv", [13] = "msgget", [14] = "msgctl",
    [21] = "shmat",  [22] = "shmdt",  [23] = "shmget", [24] = "shmctl"};

static inline bool model_has(const struct model *model, const char *name)
{
    for (size_t i = 0; name && i < model->count; i++) {
        if (strcmp(model->names[i], name) == 0)
            return true;
    }
    return false;
}

static inline void model_add(struct model *model, const char *name)
{
    if (model_has(model, name))
        return;
    assert_true(model->count < MODEL_NAMES_MAX);
    model->names[model->count++] = name;
}

/* The list grows at its end while it is walked: sets stay in it beside their members. */
static inline void model_make(const struct filter_wish *wish, struct model *ret_model)
{
    *ret_model = (struct model){.wish = wish};
    model_add(ret_model, "@default");
    model_add(ret_model, "@runner");
    for (size_t i = 0; wish->calls[i]; i++)
        model_add(ret_model, wish->calls[i]);
    for (size_t i = 0; i < ret_model->count; i++) {
        const char *name = ret_model->names[i];
        const struct syscall_set *set = *name == '@' ? syscall_set_find(name) : NULL;

        assert_true(set || *name != '@');
        for (size_t j = 0; set && set->members[j]; j++)
            model_add(ret_model, set->members[j]);
    }
}

static inline bool model_wish_says(const struct model *model, const char *name)
{
    for (size_t i = 0; model->wish->calls[i]; i++) {
        if (strcmp(model->wish->calls[i], name) == 0)
            return true;
    }
    return false;
}

static inline bool model_has_family(const struct model *model, uint64_t family)
{
    for (size_t i = 0; i < model->wish->family_count; i++) {
        if ((uint64_t)model->wish->families[i] == family)
            return true;
    }
    return false;
}

static inline bool model_allows_arguments(const struct model *model, const char *name,
                                          const __u64 *args)
{
    if (strcmp(name, "clone") == 0)
        return !(args[0] & (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
                            CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET));
    if (strcmp(name, "unshare") == 0)
        return !(args[0] & CLONE_NEWUSER);
    if (strcmp(name, "ioctl") == 0)
        return (uint32_t)args[1] != 0x5412 && (uint32_t)args[1] != 0x541c;
    if (strcmp(name, "prlimit64") == 0)
        return model_wish_says(model, name) || (uint32_t)args[0] == 0;
    return (strcmp(name, "socket") != 0 && strcmp(name, "socketpair") != 0) ||
           model_has_family(model, args[0]);
}

static inline bool model_allows_name(const struct model *model, const char *name, const __u64 *args)
{
    size_t ipcs = sizeof(model_ipcs) / sizeof(model_ipcs[0]);

    /* Its arguments are in memory. */
    if (strcmp(name, "socketcall") == 0)
        return false;
    if (strcmp(name, "ipc") == 0 && !model_has(model, name))
        return model_has(model, args[0] < ipcs ? model_ipcs[args[0]] : NULL);
    return model_has(model, name) && model_allows_arguments(model, name, args);
}

/* The first number that libseccomp has no name for, nor for any after it. */
static inline uint32_t model_first_unknown(void)
{
    static uint32_t first;

    for (uint32_t number = 0; first == 0 && number < 1024; number++) {
        bool known = false;

        for (uint32_t later = number; !known && later < 1024; later++) {
            char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, (int)later);

            known = name != NULL;
            free(name);
        }
        if (!known)
            first = number;
    }
    return first;
}

static inline uint32_t model_answer(const struct model *model, const struct seccomp_data *data)
{
    uint32_t denied = model->wish->notify ? SECCOMP_RET_USER_NOTIF : SECCOMP_RET_ERRNO | EPERM;
    uint32_t number = (uint32_t)data->nr;
    uint32_t answer = denied;
    char *name;

    if (number >= model_first_unknown() && number < 1024)
        return SECCOMP_RET_ERRNO | ENOSYS;
    if ((data->arch != AUDIT_ARCH_X86_64 && data->arch != AUDIT_ARCH_I386) || number >= 1024)
        return denied;
    name = seccomp_syscall_resolve_num_arch(data->arch, data->nr);
    if (name && strcmp(name, "clone3") == 0)
        answer = SECCOMP_RET_ERRNO | ENOSYS;
    else if (name && model_allows_name(model, name, data->args))
        answer = SECCOMP_RET_ALLOW;
    free(name);
    return answer;
}
