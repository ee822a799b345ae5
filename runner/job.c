/*
 * The job's packet: made by the helper, taken apart by the runner. The runner trusts the helper;
 * the checks here guard against a build that does not fit.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "job.h"

#include <errno.h>
#include <string.h>

static int put_string(const char *string, char *buffer, size_t *used)
{
    size_t size = strlen(string) + 1;

    if (size > JOB_SIZE_MAX - *used)
        return -E2BIG;
    memcpy(buffer + *used, string, size);
    *used += size;
    return 0;
}

static int put_list(const char *const *list, char *buffer, size_t *used, uint32_t *ret_count)
{
    uint32_t count = 0;

    for (; list[count]; count++) {
        if (count == JOB_STRINGS_MAX)
            return -E2BIG;
        int r = put_string(list[count], buffer, used);
        if (r < 0)
            return r;
    }
    *ret_count = count;
    return 0;
}

int job_encode(const struct job *job, void *buffer, size_t *ret_size)
{
    struct job_header header = {
        .flags = job->has_cgroup ? JOB_HAS_CGROUP : 0U,
    };
    size_t used = sizeof(header);
    int r;

    header.tmp_follows = job->tmp_follows;
    r = put_string(job->path, buffer, &used);
    if (r < 0)
        return r;
    r = put_list(job->argv, buffer, &used, &header.argument_count);
    if (r < 0)
        return r;
    r = put_list(job->envp, buffer, &used, &header.environment_count);
    if (r < 0)
        return r;
    header.strings_size = (uint32_t)(used - sizeof(header));
    memcpy(buffer, &header, sizeof(header));
    *ret_size = used;
    return 0;
}

/* The next string, or NULL where the strings end before its NUL. */
static char *take_string(char **next, const char *end)
{
    char *string = *next;
    char *nul = memchr(string, '\0', (size_t)(end - string));

    if (!nul)
        return NULL;
    *next = nul + 1;
    return string;
}

static int take_list(char **next, const char *end, uint32_t count, char **ret_list)
{
    if (count > JOB_STRINGS_MAX)
        return -EPROTO;
    for (uint32_t i = 0; i < count; i++) {
        ret_list[i] = take_string(next, end);
        if (!ret_list[i])
            return -EPROTO;
    }
    ret_list[count] = NULL;
    return 0;
}

int job_decode(void *buffer, size_t size, struct job_strings *ret_strings)
{
    struct job_header header;
    const char *end;
    char *next;

    if (size < sizeof(header))
        return -EPROTO;
    memcpy(&header, buffer, sizeof(header));
    if (header.strings_size != size - sizeof(header))
        return -EPROTO;
    next = (char *)buffer + sizeof(header);
    end = (char *)buffer + size;
    ret_strings->tmp_follows = header.tmp_follows != 0;
    ret_strings->has_cgroup = header.flags & JOB_HAS_CGROUP;
    ret_strings->path = take_string(&next, end);
    if (!ret_strings->path || take_list(&next, end, header.argument_count, ret_strings->argv) < 0 ||
        take_list(&next, end, header.environment_count, ret_strings->envp) < 0 || next != end)
        return -EPROTO;
    return 0;
}
