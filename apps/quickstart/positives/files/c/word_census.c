/*
 * Count the words of a text and print the most frequent ones.
 *
 * Words are runs of letters, compared without regard to case. Counts live in an open-addressing
 * hash table that doubles when it is three quarters full. Output is ordered by count, then
 * alphabetically, so that it is the same on every run.
 */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD_MAX 31

struct entry {
    char word[WORD_MAX + 1]; /* empty: unused slot */
    unsigned long count;
};

struct census {
    struct entry *slots;
    size_t capacity, used; /* the capacity is a power of two */
};

static struct entry *slot_for(struct entry *slots, size_t capacity, const char *word)
{
    uint32_t hash = 5381;

    for (const char *p = word; *p != '\0'; p++)
        hash = hash * 33 + (unsigned char)*p;
    hash &= capacity - 1;
    while (slots[hash].word[0] != '\0' && strcmp(slots[hash].word, word) != 0)
        hash = (hash + 1) & (capacity - 1);
    return &slots[hash];
}

static void census_grow(struct census *c)
{
    size_t capacity = c->capacity == 0 ? 64 : c->capacity * 2;
    struct entry *slots = calloc(capacity, sizeof *slots);

    if (slots == NULL)
        abort();
    for (size_t i = 0; i < c->capacity; i++)
        if (c->slots[i].word[0] != '\0')
            *slot_for(slots, capacity, c->slots[i].word) = c->slots[i];
    free(c->slots);
    c->slots = slots;
    c->capacity = capacity;
}

static void census_add(struct census *c, const char *word)
{
    if (4 * (c->used + 1) > 3 * c->capacity)
        census_grow(c);
    struct entry *e = slot_for(c->slots, c->capacity, word);
    c->used += e->count++ == 0;
    strcpy(e->word, word); /* callers never pass more than WORD_MAX characters */
}

static int by_count(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;

    return a->count != b->count ? (a->count < b->count) * 2 - 1 : strcmp(a->word, b->word);
}

int main(void)
{
    const char *p = "The tide rose, the boats rose with the tide; the harbour slept.";
    struct census c = {0};
    char word[WORD_MAX + 1];

    while (*p != '\0') {
        size_t length = 0;
        for (; isalpha((unsigned char)*p); p++)
            if (length < WORD_MAX)
                word[length++] = (char)tolower((unsigned char)*p);
        word[length] = '\0';
        if (length > 0)
            census_add(&c, word);
        else
            p++;
    }
    qsort(c.slots, c.capacity, sizeof *c.slots, by_count);
    for (size_t i = 0; i < c.used && i < 3; i++)
        printf("%3lu %s\n", c.slots[i].count, c.slots[i].word);
    free(c.slots);
}
