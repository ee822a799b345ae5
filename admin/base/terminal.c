/*
 * What a person's terminal can show: colours, and how wide. Admin's process; its environment is the
 * user's own.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "terminal.h"

#include "number.h"

#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

/* Narrower, nothing can be shown; wider is nobody's terminal. */
#define WIDTH_MIN 20
#define WIDTH_MAX 10000

/* Width as the terminal or, for pipes and tests, the environment tells. */
static size_t find_width(FILE *stream)
{
    const char *columns = getenv("COLUMNS");
    struct winsize size;
    uint64_t number;

    if (isatty(fileno(stream)) && ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col < WIDTH_MIN ? WIDTH_MIN : size.ws_col;
    if (columns && number_parse(columns, &number) && number >= WIDTH_MIN && number <= WIDTH_MAX)
        return (size_t)number;
    return 0;
}

static bool wants_colour(void)
{
    const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");

    return term && strcmp(term, "dumb") != 0 && (!no_color || no_color[0] == '\0');
}

struct terminal terminal_of(FILE *stream)
{
    bool is_terminal = isatty(fileno(stream));

    setlocale(LC_CTYPE, "");
    return (struct terminal){
        .stream = stream,
        .is_terminal = is_terminal,
        .colour = is_terminal && wants_colour(),
        .width = find_width(stream),
    };
}

static const char *code_of(enum tone tone)
{
    switch (tone) {
    case TONE_GOOD:
        return "\033[32m";
    case TONE_BAD:
        return "\033[31m";
    case TONE_WARNING:
        return "\033[33m";
    case TONE_FAINT:
        return "\033[2m";
    case TONE_STRONG:
        return "\033[1m";
    default:
        return "";
    }
}

void terminal_print(const struct terminal *terminal, enum tone tone, const char *text)
{
    bool paint = terminal->colour && tone != TONE_PLAIN && text[0] != '\0';

    fprintf(terminal->stream, "%s%s%s", paint ? code_of(tone) : "", text, paint ? "\033[0m" : "");
}

size_t terminal_columns(const char *text, size_t most, size_t *ret_fits)
{
    size_t columns = 0, at = 0, size = strlen(text);
    mbstate_t state = {0};

    while (at < size) {
        wchar_t character;
        size_t length = mbrtowc(&character, text + at, size - at, &state);
        int width = 1;

        if (length == 0 || length > size - at) {
            /* No character of this locale: shown byte by byte. */
            length = 1;
            memset(&state, 0, sizeof(state));
        } else if ((width = wcwidth(character)) < 0) {
            width = 1;
        }
        if (most > 0 && columns + (size_t)width > most)
            break;
        columns += (size_t)width;
        at += length;
    }
    if (ret_fits)
        *ret_fits = at;
    return columns;
}
