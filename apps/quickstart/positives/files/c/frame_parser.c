/*
 * Parser for sensor frames on a noisy link.
 *
 * A frame is: start byte 0xA5, payload length, payload, CRC-8 over length and payload. Bytes
 * arrive one at a time. The parser is a state machine that reports each valid frame, counts
 * corrupted ones and finds its way back to the next start byte after an error.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define START_BYTE 0xA5
#define MAX_PAYLOAD 16

struct parser {
    enum { WAIT_START, WAIT_LENGTH, IN_PAYLOAD, WAIT_CRC } state;
    uint8_t payload[MAX_PAYLOAD];
    uint8_t length;
    uint8_t received;
    uint8_t crc;
    unsigned errors;
};

/* One step of CRC-8 with polynomial x^8 + x^2 + x + 1. */
static uint8_t crc8_step(uint8_t crc, uint8_t byte)
{
    crc ^= byte;
    for (int bit = 0; bit < 8; bit++)
        crc = (uint8_t)((crc & 0x80) ? (crc << 1) ^ 0x07 : crc << 1);
    return crc;
}

/* Feeds one byte; returns true when it completes a valid frame. */
static bool parser_feed(struct parser *p, uint8_t byte)
{
    switch (p->state) {
    case WAIT_START:
        if (byte == START_BYTE)
            p->state = WAIT_LENGTH;
        return false;
    case WAIT_LENGTH:
        if (byte == 0 || byte > MAX_PAYLOAD) {
            p->errors++;
            p->state = byte == START_BYTE ? WAIT_LENGTH : WAIT_START;
            return false;
        }
        p->length = byte;
        p->received = 0;
        p->crc = crc8_step(0, byte);
        p->state = IN_PAYLOAD;
        return false;
    case IN_PAYLOAD:
        p->payload[p->received++] = byte;
        p->crc = crc8_step(p->crc, byte);
        if (p->received == p->length)
            p->state = WAIT_CRC;
        return false;
    case WAIT_CRC:
        p->state = WAIT_START;
        p->errors += byte != p->crc;
        return byte == p->crc;
    }
    return false;
}

static unsigned send_frame(struct parser *p, const uint8_t *payload, uint8_t n, uint8_t flip)
{
    uint8_t crc = crc8_step(0, n);
    unsigned valid = 0;

    valid += parser_feed(p, START_BYTE);
    valid += parser_feed(p, n);
    for (uint8_t i = 0; i < n; i++) {
        crc = crc8_step(crc, payload[i]);
        valid += parser_feed(p, payload[i] ^ (i == 0 ? flip : 0));
    }
    return valid + parser_feed(p, crc);
}

int main(void)
{
    struct parser p = {0};
    const uint8_t reading[] = {0x10, 0x27, 0xA5};

    printf("clean frame accepted: %u\n", send_frame(&p, reading, 3, 0x00));
    printf("damaged frame accepted: %u\n", send_frame(&p, reading, 3, 0x04));
    printf("errors counted: %u\n", p.errors);
    return 0;
}
