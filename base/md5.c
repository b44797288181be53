/* RFC 1321. */
#include "base/md5.h"

#include "base/base64.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define BLOCK 64

/* 2^32 times the sines of 1 to 64. */
static const uint32_t constants[BLOCK] = {
	0xD76AA478, 0xE8C7B756, 0x242070DB, 0xC1BDCEEE, 0xF57C0FAF, 0x4787C62A, 0xA8304613, 0xFD469501,
	0x698098D8, 0x8B44F7AF, 0xFFFF5BB1, 0x895CD7BE, 0x6B901122, 0xFD987193, 0xA679438E, 0x49B40821,
	0xF61E2562, 0xC040B340, 0x265E5A51, 0xE9B6C7AA, 0xD62F105D, 0x02441453, 0xD8A1E681, 0xE7D3FBC8,
	0x21E1CDE6, 0xC33707D6, 0xF4D50D87, 0x455A14ED, 0xA9E3E905, 0xFCEFA3F8, 0x676F02D9, 0x8D2A4C8A,
	0xFFFA3942, 0x8771F681, 0x6D9D6122, 0xFDE5380C, 0xA4BEEA44, 0x4BDECFA9, 0xF6BB4B60, 0xBEBFBC70,
	0x289B7EC6, 0xEAA127FA, 0xD4EF3085, 0x04881D05, 0xD9D4D039, 0xE6DB99E5, 0x1FA27CF8, 0xC4AC5665,
	0xF4292244, 0x432AFF97, 0xAB9423A7, 0xFC93A039, 0x655B59C3, 0x8F0CCC92, 0xFFEFF47D, 0x85845DD1,
	0x6FA87E4F, 0xFE2CE6E0, 0xA3014314, 0x4E0811A1, 0xF7537E82, 0xBD3AF235, 0x2AD7D2BB, 0xEB86D391,
};

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
		uint32_t sum = a + mixed + constants[i] + word_at(block + 4 * (size_t)word);
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

/* What stands behind the last whole block, with the padding and the length of all. */
static void mix_end(uint32_t state[4], const unsigned char *rest, size_t rest_length, size_t length)
{
	unsigned char padded[2 * BLOCK] = {0};
	size_t size = rest_length + 9 <= BLOCK ? BLOCK : 2 * BLOCK;
	uint64_t bits = (uint64_t)length * 8;

	if (rest && rest_length > 0)
		memcpy(padded, rest, rest_length);
	padded[rest_length] = 0x80;
	for (size_t i = 0; i < 8; i++)
		padded[size - 8 + i] = (unsigned char)(bits >> (8 * i));
	for (size_t at = 0; at < size; at += BLOCK)
		mix_block(state, padded + at);
}

void md5_text(const void *bytes, size_t length, char text_out[MD5_TEXT_SIZE])
{
	uint32_t state[4] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476};
	const unsigned char *at = bytes;
	size_t whole = length / BLOCK * BLOCK;
	char digest[16];

	for (size_t i = 0; i < whole; i += BLOCK)
		mix_block(state, at + i);
	mix_end(state, whole < length ? at + whole : NULL, length - whole, length);
	for (size_t i = 0; i < sizeof digest; i++)
		digest[i] = (char)(state[i / 4] >> (8 * (i % 4)) & 0xFF);
	scoped_text words = base64_write(digest, sizeof digest);
	snprintf(text_out, MD5_TEXT_SIZE, "md5-%.24s", words);
}
