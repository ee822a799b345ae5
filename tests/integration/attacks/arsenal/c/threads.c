/*
 * Threads that last: "count N" as many at once, "many S" sixty for S seconds, "leader S" one that
 * goes on when the main thread has ended.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "outcome.h"

#include <pthread.h>
#include <unistd.h>

#define STACK_SIZE (64 * 1024)

static void *sleep_long(void *seconds)
{
    sleep(*(unsigned int *)seconds);
    return NULL;
}

static int start(unsigned int *seconds)
{
    pthread_attr_t attributes;
    pthread_t thread;
    int r;

    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    r = pthread_create(&thread, &attributes, sleep_long, seconds);
    pthread_attr_destroy(&attributes);
    return r;
}

int main(int argc, char **argv)
{
    unsigned int number = argc == 3 ? (unsigned int)atoi(argv[2]) : 0, seconds = 60;
    int counting = argc == 3 && strcmp(argv[1], "count") == 0;
    unsigned int wanted = counting ? number : argc == 3 && strcmp(argv[1], "many") == 0 ? 60 : 1;

    seconds = counting ? seconds : number;
    for (unsigned int i = 0; i < wanted; i++) {
        if (start(&seconds) != 0) {
            printf("only %u threads\n", i);
            return counting ? REFUSED : 2;
        }
    }
    if (counting) {
        printf("%u threads\n", wanted);
        return SUCCEEDED;
    }
    pthread_exit(NULL);
}
