/*
 * The failure policy: what a call means that nobody answered. Runs in the caller's process.
 *
 * The copy on disk lies in a directory of the helper's, which is less privileged than a daemon. So
 * it is opened following no link and waiting for nothing, and its owner and mode are judged on the
 * open file, before a byte of it is looked at.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "policy.h"

#include "cleanup.h"
#include "decode.h"
#include "fd.h"
#include "message.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

void policy_learn(struct known_policy *policy, const struct failure_policy *rules)
{
    policy->from_hello = true;
    policy->rules = *rules;
}

/* Whether root, or the user that we are, alone could have written it. */
static bool is_trusted(const struct stat *st)
{
    if (!S_ISREG(st->st_mode))
        return false;
    if (st->st_uid != 0 && st->st_uid != geteuid())
        return false;
    return !(st->st_mode & (S_IWGRP | S_IWOTH));
}

static int read_packet(int fd, uint8_t **ret_data, size_t *ret_size)
{
    auto_free uint8_t *data = malloc(PROTOCOL_PACKET_MAX + 1);
    size_t size;
    int r;

    if (!data)
        return -ENOMEM;
    r = fd_read_all(fd, data, PROTOCOL_PACKET_MAX + 1, &size);
    if (r < 0)
        return r;
    if (size > PROTOCOL_PACKET_MAX)
        return -EBADMSG;
    *ret_data = take_pointer(&data);
    *ret_size = size;
    return 0;
}

static int decode_copy(const uint8_t *data, size_t size, struct policy_copy *ret_copy)
{
    auto_message struct message message = {0};
    uint64_t id;
    int r;

    r = message_decode(data, size, SIDE_HELPER, &message, &id);
    if (r == -ENOMEM)
        return r;
    if (r != 0 || message.type != MESSAGE_HELLO || !message.hello.has_policy)
        return -EBADMSG;
    ret_copy->rules = message.hello.policy;
    ret_copy->hooks[0] = '\0';
    if (message.hello.hooks && strlen(message.hello.hooks) < sizeof(ret_copy->hooks))
        strcpy(ret_copy->hooks, message.hello.hooks);
    return 0;
}

int policy_read_copy(const char *path, struct policy_copy *ret_copy)
{
    auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    auto_free uint8_t *data = NULL;
    struct stat st;
    size_t size;
    int r;

    if (fd < 0 || fstat(fd, &st) < 0)
        return -errno;
    if (!is_trusted(&st))
        return -EPERM;
    r = read_packet(fd, &data, &size);
    if (r < 0)
        return r;
    return decode_copy(data, size, ret_copy);
}

bool policy_allows(const struct known_policy *policy, const char *path, const char *driver,
                   const char *operation)
{
    struct policy_copy copy;
    enum failure_answer answer;

    if (policy->from_hello)
        copy.rules = policy->rules;
    else if (!path[0] || policy_read_copy(path, &copy) < 0)
        failure_policy_defaults(&copy.rules);
    answer = failure_policy_answer(&copy.rules, driver, operation, FAILURE_OTHER);
    return answer == FAILURE_ALLOW;
}
