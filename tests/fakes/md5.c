/* RFC 1321. */
#include "tests/fakes/md5.h"

#include "base/own.h"

#include <math.h>
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 64

static uint32_t rotated(uint32_t word, int by)
{
	return word << by | word >> (32 - by);
}

static uint32_t word_at(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
	       (uint32_t)bytes[3] << 24;
}

static void mix_block(uint32_t state[4], const unsigned char *block)
{
	static const int turns[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3];

	for (int i = 0; i < BLOCK; i++) {
		int round = i / 16;
		uint32_t mixed = round == 0   ? (b & c) | (~b & d)
				 : round == 1 ? (b & d) | (c & ~d)
				 : round == 2 ? b ^ c ^ d
					      : c ^ (b | ~d);
		int word = round == 0   ? i
			   : round == 1 ? (5 * i + 1) % 16
			   : round == 2 ? (3 * i + 5) % 16
					: 7 * i % 16;
		uint32_t constant = (uint32_t)floor(fabs(sin(i + 1.0)) * 4294967296.0);
		uint32_t sum = a + mixed + constant + word_at(block + 4 * (size_t)word);
		a = d;
		d = c;
		c = b;
		b += rotated(sum, turns[round][i % 4]);
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
}

void md5_text(const unsigned char *bytes, size_t length, char text_out[MD5_TEXT_SIZE])
{
	uint32_t state[4] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476};
	size_t size = (length + 8) / BLOCK * BLOCK + BLOCK;
	unsigned char *padded = own_alloc(size), digest[16];
	uint64_t bits = (uint64_t)length * 8;
	char base64[MD5_TEXT_SIZE];

	if (length > 0)
		memcpy(padded, bytes, length);
	padded[length] = 0x80;
	for (size_t i = 0; i < 8; i++)
		padded[size - 8 + i] = (unsigned char)(bits >> (8 * i));
	for (size_t at = 0; at < size; at += BLOCK)
		mix_block(state, padded + at);
	free(padded);
	for (size_t i = 0; i < sizeof digest; i++)
		digest[i] = (unsigned char)(state[i / 4] >> (8 * (i % 4)));
	sodium_bin2base64(base64, sizeof base64, digest, sizeof digest, sodium_base64_VARIANT_ORIGINAL);
	snprintf(text_out, MD5_TEXT_SIZE, "md5-%.24s", base64);
}
