/*
 * Split one CSV record into fields, in place.
 *
 * Fields are separated by commas and may be enclosed in double quotes, inside which commas are
 * ordinary characters and a doubled quote stands for one quote. The record buffer is rewritten so
 * that each field becomes a terminated string; the caller receives pointers into the buffer.
 */
#include <stddef.h>
#include <stdio.h>

enum csv_status {
    CSV_OK,
    CSV_TOO_MANY_FIELDS,
    CSV_UNTERMINATED_QUOTE,
    CSV_TEXT_AFTER_QUOTE
};

static const char *csv_message(enum csv_status status)
{
    switch (status) {
    case CSV_OK:
        return "ok";
    case CSV_TOO_MANY_FIELDS:
        return "too many fields";
    case CSV_UNTERMINATED_QUOTE:
        return "quoted field is never closed";
    case CSV_TEXT_AFTER_QUOTE:
        return "text after closing quote";
    }
    return "unknown status";
}

/* Unescapes a quoted field starting after its quote; returns the end of input, NULL if open. */
static char *unquote(char *in)
{
    char *out = in;

    for (; *in != '\0'; in++) {
        if (*in == '"') {
            if (in[1] != '"') {
                *out = '\0';
                return in + 1;
            }
            in++;
        }
        *out++ = *in;
    }
    return NULL;
}

static enum csv_status csv_split(char *record, char **fields, size_t limit, size_t *count)
{
    char *p = record;

    for (*count = 0;; p++) {
        if (*count == limit)
            return CSV_TOO_MANY_FIELDS;
        if (*p == '"') {
            fields[(*count)++] = p + 1;
            p = unquote(p + 1);
            if (p == NULL)
                return CSV_UNTERMINATED_QUOTE;
            if (*p != ',' && *p != '\0')
                return CSV_TEXT_AFTER_QUOTE;
        } else {
            fields[(*count)++] = p;
            while (*p != ',' && *p != '\0')
                p++;
        }
        if (*p == '\0')
            return CSV_OK;
        *p = '\0';
    }
}

int main(void)
{
    char records[][64] = {"7,\"Bolt, M6\",0.12,", "8,\"6\"\" pipe\",4.80,cellar", "9,\"open"};

    for (size_t r = 0; r < sizeof records / sizeof records[0]; r++) {
        char *fields[8];
        size_t count;
        enum csv_status status = csv_split(records[r], fields, 8, &count);
        printf("record %zu: %s\n", r + 1, csv_message(status));
        for (size_t i = 0; status == CSV_OK && i < count; i++)
            printf("  [%zu] '%s'\n", i, fields[i]);
    }
    return 0;
}
