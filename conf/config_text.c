/*
 * The configuration's text, made fit for libconfuse. Helper and virteventd.
 *
 * libconfuse 3.3 counts a comment as two lines or more, drops a `*`, `+` or other odd character
 * outside quotes without a word (object = vm* would fit "vm" alone), puts environment variables
 * into texts, takes the end of the file for the end of a section, cuts a text at "\0", and takes a
 * quoted text for a key. Here such things are refused, with their line, before it sees them. Nor
 * does it tell += from =, or an empty list from none: the one is noted here, the other refused.
 *
 * The file's owner is trusted, the text's form is not.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config_text.h"

#include "text.h"

#include <stdbool.h>
#include <string.h>

enum token {
    TOKEN_NONE,
    TOKEN_WORD,
    TOKEN_STRING,
    TOKEN_EQUALS,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_COMMA,
};

struct scanner {
    char *text;
    size_t size, at;
    size_t end; /* of the last token */
    unsigned int line;
    enum token before, previous; /* the last two tokens, the later one in `previous` */
    unsigned int open_line;      /* of the section that is open; 0 for none */
    unsigned int list_line;      /* of the list that is open; 0 for none */
    unsigned char next_value;    /* CONFIG_VALUE_ bits of the value that comes next */
    struct config_lines *lines;
    struct config_problem *problem;
};

/* A control character, or bytes that are no character: nobody sees them in an editor. */
static int check_characters(const char *text, size_t size, struct config_problem *problem)
{
    unsigned int line = 1;

    while (size > 0) {
        size_t length = text_utf8_length(text, size);
        unsigned char c = (unsigned char)*text;

        if (length == 0)
            return config_refuse(problem, line, "byte 0x%02x is not UTF-8; save the file as UTF-8",
                                 c);
        if (c == '\r')
            return config_refuse(problem, line,
                                 "a carriage return ends the line; save with Unix line ends");
        if ((c < 0x20 && c != '\t' && c != '\n') || c == 0x7f)
            return config_refuse(problem, line, "control character 0x%02x; remove it", c);
        line += c == '\n';
        text += length;
        size -= length;
    }
    return 0;
}

static char peek(const struct scanner *scanner, size_t ahead)
{
    if (scanner->at + ahead >= scanner->size)
        return '\0';
    return scanner->text[scanner->at + ahead];
}

static bool at_pair(const struct scanner *scanner, char first, char second)
{
    return peek(scanner, 0) == first && peek(scanner, 1) == second;
}

static void finish_token(struct scanner *scanner, enum token token)
{
    scanner->before = scanner->previous;
    scanner->previous = token;
    scanner->end = scanner->at;
}

static void blank_line_comment(struct scanner *scanner)
{
    while (scanner->at < scanner->size && peek(scanner, 0) != '\n')
        scanner->text[scanner->at++] = ' ';
}

/* Makes spaces of the two characters that open or close a comment. */
static void blank_pair(struct scanner *scanner)
{
    memcpy(scanner->text + scanner->at, "  ", 2);
    scanner->at += 2;
}

static int blank_block_comment(struct scanner *scanner)
{
    unsigned int first = scanner->line;

    blank_pair(scanner);
    while (!at_pair(scanner, '*', '/')) {
        if (scanner->at >= scanner->size)
            return config_refuse(scanner->problem, first,
                                 "this comment does not end; close it with */");
        if (peek(scanner, 0) == '\n')
            scanner->line++;
        else
            scanner->text[scanner->at] = ' ';
        scanner->at++;
    }
    blank_pair(scanner);
    return 0;
}

static bool at_value(const struct scanner *scanner)
{
    return scanner->previous == TOKEN_EQUALS || scanner->list_line > 0;
}

/* Of the value that ends here: how it will be told from others when libconfuse hands it on. */
static int note_value(struct scanner *scanner)
{
    struct config_lines *lines = scanner->lines;

    if (lines->value_count == CONFIG_VALUES_MAX)
        return config_refuse(scanner->problem, scanner->line, "more than %d values; use inherits",
                             CONFIG_VALUES_MAX);
    lines->values[lines->value_count++] = scanner->next_value;
    scanner->next_value &= (unsigned char)~CONFIG_VALUE_FIRST;
    return 0;
}

/* A quoted text is a value, or stands after a section's name. */
static int check_string_fits(struct scanner *scanner)
{
    if (at_value(scanner))
        return note_value(scanner);
    if (scanner->previous == TOKEN_WORD && scanner->before != TOKEN_EQUALS)
        return 0;
    return config_refuse(scanner->problem, scanner->line,
                         "a quoted text stands where a key should; write key = \"text\"");
}

/* In double quotes; between single quotes all but \\ and \' stands for itself. */
static int check_escape(struct scanner *scanner)
{
    if (peek(scanner, 0) == '$' && peek(scanner, 1) == '{')
        return config_refuse(scanner->problem, scanner->line,
                             "${ would take a value from the environment; write the value itself");
    if (peek(scanner, 0) == '\\' && peek(scanner, 1) != '\\' && peek(scanner, 1) != '"')
        return config_refuse(scanner->problem, scanner->line,
                             "a backslash in double quotes stands before \\ or \" alone; "
                             "use single quotes");
    return 0;
}

static int pass_string(struct scanner *scanner)
{
    char quote = peek(scanner, 0);
    int r = check_string_fits(scanner);

    scanner->at++;
    while (r == 0 && peek(scanner, 0) != quote) {
        if (scanner->at >= scanner->size || peek(scanner, 0) == '\n')
            return config_refuse(scanner->problem, scanner->line,
                                 "this text does not end on its line; close it with %c", quote);
        if (quote == '"')
            r = check_escape(scanner);
        if (peek(scanner, 0) == '\\' && (peek(scanner, 1) == '\\' || peek(scanner, 1) == quote))
            scanner->at++;
        scanner->at++;
    }
    scanner->at++;
    finish_token(scanner, TOKEN_STRING);
    return r;
}

static int open_section(struct scanner *scanner)
{
    struct config_lines *lines = scanner->lines;

    if (scanner->open_line > 0)
        return config_refuse(
            scanner->problem, scanner->line,
            "a { inside the section that opens on line %u; close that with } first",
            scanner->open_line);
    if (lines->section_count == CONFIG_SECTIONS_MAX)
        return config_refuse(scanner->problem, scanner->line,
                             "more than %d sections; use patterns for several names",
                             CONFIG_SECTIONS_MAX);
    lines->sections[lines->section_count++] = scanner->line;
    scanner->open_line = scanner->line;
    scanner->at++;
    finish_token(scanner, TOKEN_OPEN);
    return 0;
}

static int close_section(struct scanner *scanner)
{
    if (scanner->open_line == 0)
        return config_refuse(scanner->problem, scanner->line,
                             "a } where no section is open; remove it");
    scanner->open_line = 0;
    scanner->at++;
    finish_token(scanner, TOKEN_CLOSE);
    return 0;
}

static int open_list(struct scanner *scanner)
{
    scanner->list_line = scanner->line;
    scanner->at++;
    finish_token(scanner, TOKEN_OPEN);
    return 0;
}

static int close_list(struct scanner *scanner)
{
    if (scanner->previous == TOKEN_OPEN)
        return config_refuse(scanner->problem, scanner->line,
                             "a list with nothing in it; write none in place of {}");
    scanner->list_line = 0;
    scanner->at++;
    finish_token(scanner, TOKEN_CLOSE);
    return 0;
}

static int pass_brace(struct scanner *scanner)
{
    if (peek(scanner, 0) == '{')
        return scanner->previous == TOKEN_EQUALS ? open_list(scanner) : open_section(scanner);
    return scanner->list_line > 0 ? close_list(scanner) : close_section(scanner);
}

/* libconfuse is shown "=" for both. */
static int pass_equals(struct scanner *scanner)
{
    scanner->next_value = CONFIG_VALUE_FIRST;
    if (peek(scanner, 0) == '+') {
        scanner->next_value |= CONFIG_VALUE_ADDED;
        scanner->text[scanner->at++] = ' ';
    }
    scanner->at++;
    finish_token(scanner, TOKEN_EQUALS);
    return 0;
}

static size_t word_length(const struct scanner *scanner)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789_-./:@";

    return strspn(scanner->text + scanner->at, letters);
}

static int pass_word(struct scanner *scanner)
{
    size_t length = word_length(scanner);
    int r;

    if (length == 0) {
        const char *start = scanner->text + scanner->at;
        int bytes = (int)text_utf8_length(start, scanner->size - scanner->at);

        return config_refuse(scanner->problem, scanner->line,
                             "%.*s stands outside quotes; put the value in quotes", bytes, start);
    }
    r = at_value(scanner) ? note_value(scanner) : 0;
    scanner->at += length;
    finish_token(scanner, TOKEN_WORD);
    return r;
}

static int pass_token(struct scanner *scanner)
{
    char c = peek(scanner, 0);

    if (scanner->list_line > 0 && (c == '{' || c == '='))
        return config_refuse(scanner->problem, scanner->line,
                             "%c inside the list that opens on line %u; close that with } first", c,
                             scanner->list_line);
    if (c == '"' || c == '\'')
        return pass_string(scanner);
    if (c == '{' || c == '}')
        return pass_brace(scanner);
    if (c == '=' || at_pair(scanner, '+', '='))
        return pass_equals(scanner);
    if (c == ',' && scanner->list_line > 0) {
        scanner->at++;
        finish_token(scanner, TOKEN_COMMA);
        return 0;
    }
    return pass_word(scanner);
}

/* White space, a comment or a token. */
static int pass_one(struct scanner *scanner)
{
    char c = peek(scanner, 0);

    if (c == ' ' || c == '\t' || c == '\n') {
        scanner->line += c == '\n';
        scanner->at++;
        return 0;
    }
    if (at_pair(scanner, '/', '*'))
        return blank_block_comment(scanner);
    if (c == '#' || at_pair(scanner, '/', '/')) {
        blank_line_comment(scanner);
        return 0;
    }
    return pass_token(scanner);
}

int config_text_prepare(char *text, size_t size, struct config_problem *problem,
                        struct config_lines *ret_lines)
{
    struct scanner scanner = {
        .text = text, .size = size, .line = 1, .lines = ret_lines, .problem = problem};
    int r;

    ret_lines->section_count = ret_lines->value_count = 0;
    text[size] = '\0';
    r = check_characters(text, size, problem);
    while (r == 0 && scanner.at < size)
        r = pass_one(&scanner);
    if (r != 0)
        return r;
    if (scanner.list_line > 0)
        return config_refuse(problem, scanner.list_line,
                             "the list that opens here does not end; close it with }");
    if (scanner.open_line > 0)
        return config_refuse(problem, scanner.open_line,
                             "the section that opens here does not end; close it with }");
    text[scanner.end] = '\0';
    return 0;
}
