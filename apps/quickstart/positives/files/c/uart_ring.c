/*
 * Receive buffer for a serial port.
 *
 * An interrupt handler stores incoming bytes while the main loop takes out complete lines. The
 * buffer has a fixed power-of-two size and never allocates. When it is full, new bytes are
 * counted as lost instead of overwriting data. Lines end with '\n'; a preceding '\r' is dropped.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define RING_SIZE 64u /* must be a power of two */

struct ring {
    uint8_t data[RING_SIZE];
    unsigned head; /* total bytes written; wraps around harmlessly */
    unsigned tail; /* total bytes read */
    unsigned lost;
};

static unsigned ring_used(const struct ring *r)
{
    return r->head - r->tail;
}

static void ring_put(struct ring *r, uint8_t byte)
{
    if (ring_used(r) == RING_SIZE) {
        r->lost++;
        return;
    }
    r->data[r->head++ & (RING_SIZE - 1)] = byte;
}

static uint8_t ring_peek(const struct ring *r, unsigned offset)
{
    return r->data[(r->tail + offset) & (RING_SIZE - 1)];
}

/*
 * Moves the next line into `line` as a string and returns true. Returns false when no complete
 * line is waiting. Characters that do not fit into `capacity` are discarded.
 */
static bool ring_get_line(struct ring *r, char *line, size_t capacity)
{
    unsigned length = 0;
    unsigned used = ring_used(r);

    while (length < used && ring_peek(r, length) != '\n')
        length++;
    if (length == used || capacity == 0)
        return false;

    size_t out = 0;
    for (unsigned i = 0; i < length; i++) {
        uint8_t byte = ring_peek(r, i);
        bool trailing_return = byte == '\r' && i + 1 == length;
        if (!trailing_return && out + 1 < capacity)
            line[out++] = (char)byte;
    }
    line[out] = '\0';
    r->tail += length + 1;
    return true;
}

int main(void)
{
    static struct ring rx;
    const char *received = "TEMP 21.5\r\nHUM 48\nPART";
    char line[32];

    for (const char *p = received; *p != '\0'; p++)
        ring_put(&rx, (uint8_t)*p);
    while (ring_get_line(&rx, line, sizeof line))
        printf("line: '%s'\n", line);
    printf("%u bytes wait for the end of their line, %u lost\n", ring_used(&rx), rx.lost);
    return 0;
}
