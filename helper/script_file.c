/*
 * Which file a script is: what its record tells apart from its path. Helper. The file was vetted;
 * what is in it is opaque.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "script_file.h"

#include "cleanup.h"

#include <fcntl.h>
#include <sys/stat.h>

void script_file_look(const char *path, struct script_file *ret_file)
{
    auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat st;

    *ret_file = (struct script_file){};
    if ((fd < 0 ? stat(path, &st) : fstat(fd, &st)) < 0)
        return;
    ret_file->known = true;
    ret_file->device = st.st_dev;
    ret_file->inode = st.st_ino;
    if (fd >= 0 && S_ISREG(st.st_mode))
        (void)digest_of_file(fd, SCRIPT_FILE_DIGEST_MAX, ret_file->sha256);
}
