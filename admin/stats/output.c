/*
 * Where a command prints: stdout, or a file that is there whole or not at all. Admin's process; the
 * directory may belong to another user, so nothing in it is opened but a file that is new.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "output.h"

#include "cleanup.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

/* "DIR/.NAME.XXXXXX": a name that the node exporter, which takes *.prom, passes over. */
static char *temporary_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    char *text;

    return asprintf(&text, "%.*s.%s.XXXXXX", (int)(name - path), path, name) < 0 ? NULL : text;
}

static bool is_special(const char *path)
{
    struct stat stat;

    return lstat(path, &stat) == 0 && !S_ISREG(stat.st_mode);
}

int output_open(const char *path, struct output *ret_output)
{
    auto_free char *temporary = NULL;
    auto_close int fd = -EBADF;
    FILE *stream;

    if (!path) {
        *ret_output = (struct output){.stream = stdout};
        return 0;
    }
    if (is_special(path))
        return OUTPUT_E_SPECIAL;
    temporary = temporary_name(path);
    if (!temporary)
        return -ENOMEM;
    fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return -errno;
    stream = fdopen(fd, "w");
    if (!stream || fchmod(fd, 0644) < 0) {
        int error = errno;

        unlink(temporary);
        return -error;
    }
    take_fd(&fd);
    *ret_output = (struct output){
        .stream = stream, .path = path, .temporary = take_pointer(&temporary)};
    return 0;
}

int output_finish(struct output *output)
{
    FILE *stream = output->stream;
    bool failed = ferror(stream) || fflush(stream) != 0;
    int error = errno ? errno : EIO;

    if (failed)
        return -error;
    if (!output->path)
        return 0;
    if (fsync(fileno(stream)) < 0 || rename(output->temporary, output->path) < 0)
        return -errno;
    free(output->temporary);
    output->temporary = NULL;
    return 0;
}

void output_clear(struct output *output)
{
    if (output->temporary)
        unlink(output->temporary);
    free(output->temporary);
    if (output->path)
        fclose(output->stream);
    *output = (struct output){0};
}
