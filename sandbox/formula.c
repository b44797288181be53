/* Formulas: words into a tree, and a tree back into words.
 *
 * Precedence climbing over the table of operators. What has the same precedence becomes one chain node, so that
 * a & b & c & ... is long but not deep; only parentheses, calls and signs nest, and they are counted.
 * An OR over thousands of RECORD_ID()='...' is a list of arguments, read in a loop. */
#include "sandbox/formula.h"

#include "base/text.h"
#include "sandbox/formula_tree.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNKNOWN_NAMES_LIMIT 16

struct formula {
	struct formula_memory memory; /* the tree */
	struct formula_memory scratch;
	struct formula_node *root; /* in memory */
};

/* ---- tokens ---- */

enum token_kind {
	TOKEN_END,
	TOKEN_TEXT,
	TOKEN_NUMBER,
	TOKEN_FIELD, /* in braces */
	TOKEN_NAME,  /* bare: a field, or a function when '(' follows */
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_COMMA,
	TOKEN_OPERATOR,
	TOKEN_BAD,
};

struct token {
	enum token_kind kind;
	enum formula_operator sign;
	const char *text; /* in the formula's memory; texts and fields without their escapes */
};

/* Longer symbols first, so that <= is not read as <. */
static const struct {
	const char *symbol;
	int precedence;
	enum formula_operator sign;
} operators[] = {
	{"!=", 0, OPERATOR_UNEQUAL}, {"<=", 0, OPERATOR_LESS_EQUAL}, {">=", 0, OPERATOR_MORE_EQUAL},
	{"=", 0, OPERATOR_EQUAL},    {"<", 0, OPERATOR_LESS},        {">", 0, OPERATOR_MORE},
	{"&", 1, OPERATOR_JOIN},     {"+", 2, OPERATOR_PLUS},        {"-", 2, OPERATOR_MINUS},
	{"*", 3, OPERATOR_TIMES},    {"/", 3, OPERATOR_DIVIDED},
};
#define PRECEDENCE_TIGHTEST 3

struct parser {
	struct formula *formula;
	const char *at;
	struct token token; /* the one to look at */
	int depth;
	int (*find_field)(void *context, const char *name_or_id);
	void *context;
	size_t unknown_count;
	const char *unknown[UNKNOWN_NAMES_LIMIT]; /* in the formula's memory */
};

static bool is_name_byte(char byte)
{
	return isalnum((unsigned char)byte) || byte == '_' || (unsigned char)byte >= 0x80;
}

static const char *keep(struct parser *parser, const char *bytes, size_t length)
{
	char *copy = formula_memory_get(&parser->formula->memory, length + 1);

	memcpy(copy, bytes, length);
	return copy;
}

static char unescaped(char escaped)
{
	static const char letters[] = "nrt", meanings[] = "\n\r\t";
	const char *letter = escaped ? strchr(letters, escaped) : NULL;

	return letter ? meanings[letter - letters] : escaped;
}

/* Whether the backslash at 'at' takes away the next byte's meaning. In a field's name only the closing brace
 * has one: a name may hold backslashes. */
static bool escapes(const char *at, char closing, enum token_kind kind)
{
	return *at == '\\' && at[1] && (kind == TOKEN_TEXT || at[1] == closing);
}

/* From behind the opening sign to the closing one. */
static struct token read_quoted(struct parser *parser, char closing, enum token_kind kind)
{
	const char *end = parser->at;
	while (*end && *end != closing)
		end += escapes(end, closing, kind) ? 2 : 1;
	if (!*end)
		return (struct token){.kind = TOKEN_BAD};

	char *kept = formula_memory_get(&parser->formula->memory, (size_t)(end - parser->at) + 1);
	size_t length = 0;
	for (const char *at = parser->at; at < end; at++) {
		bool escape = escapes(at, closing, kind);
		if (escape)
			at++;
		kept[length++] = escape ? unescaped(*at) : *at;
	}
	parser->at = end + 1;
	return (struct token){.kind = kind, .text = kept};
}

/* 3 or 3.5 or .5 */
static struct token read_number(struct parser *parser)
{
	const char *start = parser->at;
	size_t length = strspn(start, "0123456789");

	if (start[length] == '.')
		length += 1 + strspn(start + length + 1, "0123456789");
	if (length == 1 && *start == '.')
		return (struct token){.kind = TOKEN_BAD};
	parser->at += length;
	if (is_name_byte(*parser->at))
		return (struct token){.kind = TOKEN_BAD};
	return (struct token){.kind = TOKEN_NUMBER, .text = keep(parser, start, length)};
}

static struct token read_name(struct parser *parser)
{
	const char *start = parser->at;

	while (is_name_byte(*parser->at))
		parser->at++;
	return (struct token){.kind = TOKEN_NAME, .text = keep(parser, start, (size_t)(parser->at - start))};
}

static struct token read_sign(struct parser *parser)
{
	static const struct {
		char sign;
		enum token_kind kind;
	} signs[] = {{'(', TOKEN_OPEN}, {')', TOKEN_CLOSE}, {',', TOKEN_COMMA}};

	for (size_t i = 0; i < countof(signs); i++) {
		if (*parser->at == signs[i].sign) {
			parser->at++;
			return (struct token){.kind = signs[i].kind};
		}
	}
	for (size_t i = 0; i < countof(operators); i++) {
		size_t length = strlen(operators[i].symbol);
		if (strncmp(parser->at, operators[i].symbol, length) == 0) {
			parser->at += length;
			return (struct token){.kind = TOKEN_OPERATOR, .sign = operators[i].sign};
		}
	}
	return (struct token){.kind = TOKEN_BAD};
}

static struct token read_token(struct parser *parser)
{
	parser->at += strspn(parser->at, " \t\r\n");
	char first = *parser->at;

	if (!first)
		return (struct token){.kind = TOKEN_END};
	if (first == '{' || first == '\'' || first == '"') {
		parser->at++;
		return first == '{' ? read_quoted(parser, '}', TOKEN_FIELD)
				    : read_quoted(parser, first, TOKEN_TEXT);
	}
	if (isdigit((unsigned char)first) || first == '.')
		return read_number(parser);
	return is_name_byte(first) ? read_name(parser) : read_sign(parser);
}

static void advance(struct parser *parser)
{
	parser->token = read_token(parser);
}

/* ---- the tree; NULL means: no formula ---- */

static struct formula_node *parse_chain(struct parser *parser, int precedence);

static struct formula_node *node_open(struct parser *parser, enum formula_node_kind kind)
{
	struct formula_node *node = formula_memory_get(&parser->formula->memory, sizeof *node);

	node->kind = kind;
	return node;
}

static struct formula_node *nested(struct parser *parser,
				   struct formula_node *(*parse)(struct parser *parser))
{
	if (parser->depth >= FORMULA_DEPTH_LIMIT)
		return NULL;
	parser->depth++;
	struct formula_node *node = parse(parser);
	parser->depth--;
	return node;
}

static void note_unknown(struct parser *parser, const char *name)
{
	for (size_t i = 0; i < parser->unknown_count; i++)
		if (strcmp(parser->unknown[i], name) == 0)
			return;
	if (parser->unknown_count < UNKNOWN_NAMES_LIMIT)
		parser->unknown[parser->unknown_count++] = name;
}

static struct formula_node *parse_field(struct parser *parser, const char *name)
{
	struct formula_node *node = node_open(parser, NODE_FIELD);

	node->text = name;
	node->field = parser->find_field(parser->context, name);
	if (node->field < 0)
		note_unknown(parser, name);
	return node;
}

/* Behind the opening parenthesis. */
static bool parse_arguments(struct parser *parser, struct formula_node *call, size_t *count_out)
{
	struct formula_node **end = &call->parts;

	*count_out = 0;
	if (parser->token.kind == TOKEN_CLOSE) {
		advance(parser);
		return true;
	}
	for (;;) {
		struct formula_node *argument = parse_chain(parser, 0);
		if (!argument || (call->function->fields_only && argument->kind != NODE_FIELD))
			return false;
		*end = argument;
		end = &argument->next;
		++*count_out;
		bool more = parser->token.kind == TOKEN_COMMA;
		if (!more && parser->token.kind != TOKEN_CLOSE)
			return false;
		advance(parser);
		if (!more)
			return true;
	}
}

/* At the opening parenthesis; the name was read before it. */
static struct formula_node *parse_call(struct parser *parser, const char *name)
{
	struct formula_node *call = node_open(parser, NODE_CALL);
	size_t count;

	call->function = formula_function_find(name);
	if (!call->function || parser->depth >= FORMULA_DEPTH_LIMIT)
		return NULL;
	advance(parser);
	parser->depth++;
	bool good = parse_arguments(parser, call, &count);
	parser->depth--;
	if (!good || count < call->function->least || count > call->function->most)
		return NULL;
	/* A filter by time asks for the same time at every row. */
	if (formula_function_is(call->function, "DATETIME_PARSE"))
		formula_call_fold(call);
	if (formula_function_is(call->function, "OR"))
		call->either = formula_either_build(&parser->formula->memory, call->parts);
	return call;
}

static struct formula_node *parse_parenthesis(struct parser *parser)
{
	struct formula_node *node = parse_chain(parser, 0);

	if (!node || parser->token.kind != TOKEN_CLOSE)
		return NULL;
	advance(parser);
	return node;
}

static struct formula_node *parse_operand(struct parser *parser)
{
	struct token token = parser->token;
	struct formula_node *node = NULL;

	advance(parser);
	switch (token.kind) {
	case TOKEN_TEXT:
	case TOKEN_NUMBER:
		node = node_open(parser, token.kind == TOKEN_TEXT ? NODE_TEXT : NODE_NUMBER);
		node->text = token.text;
		node->number = token.kind == TOKEN_NUMBER ? strtod(token.text, NULL) : 0;
		return node;
	case TOKEN_FIELD:
		return parse_field(parser, token.text);
	case TOKEN_NAME:
		return parser->token.kind == TOKEN_OPEN ? parse_call(parser, token.text)
							: parse_field(parser, token.text);
	case TOKEN_OPEN:
		return nested(parser, parse_parenthesis);
	case TOKEN_OPERATOR:
		if (token.sign != OPERATOR_MINUS)
			return NULL;
		node = node_open(parser, NODE_MINUS);
		node->parts = nested(parser, parse_operand);
		return node->parts ? node : NULL;
	default:
		return NULL;
	}
}

static int precedence_of(struct token token)
{
	if (token.kind == TOKEN_OPERATOR)
		for (size_t i = 0; i < countof(operators); i++)
			if (operators[i].sign == token.sign)
				return operators[i].precedence;
	return -1;
}

/* Operands that are joined by operators of this precedence; tighter ones are inside the operands. */
static struct formula_node *parse_chain(struct parser *parser, int precedence)
{
	if (precedence > PRECEDENCE_TIGHTEST)
		return parse_operand(parser);
	struct formula_node *first = parse_chain(parser, precedence + 1);
	if (!first || precedence_of(parser->token) != precedence)
		return first;

	struct formula_node *chain = node_open(parser, NODE_CHAIN);
	chain->parts = first;
	for (struct formula_node *last = first; precedence_of(parser->token) == precedence;
	     last = last->next) {
		enum formula_operator sign = parser->token.sign;
		advance(parser);
		last->next = parse_chain(parser, precedence + 1);
		if (!last->next)
			return NULL;
		last->next->sign = sign;
	}
	return chain;
}

/* ---- the door ---- */

static bool refuse(struct error *error, const char *why)
{
	error_set(error, ERROR_REFUSED, "The formula for filtering records is invalid: %s", why);
	if (error)
		snprintf(error->code, sizeof error->code, "INVALID_FILTER_BY_FORMULA");
	return false;
}

/* Airtable names them in small letters. */
static bool refuse_unknown(const struct parser *parser, struct error *error)
{
	struct text why = {0};

	text_add(&why, "Unknown field names: ");
	for (size_t i = 0; i < parser->unknown_count; i++) {
		scoped_text name = formula_name_lower(parser->unknown[i]);
		text_format(&why, "%s%s", i > 0 ? ", " : "", name);
	}
	refuse(error, text_or_empty(&why));
	text_done(&why);
	return false;
}

bool formula_parse(const char *words, int (*find_field)(void *context, const char *name_or_id), void *context,
		   struct formula **formula_out, struct error *error)
{
	static const char invalid[] = "Invalid formula. Please check your formula text.";
	size_t length = strnlen(words, FORMULA_LENGTH_LIMIT + 1);

	if (length > FORMULA_LENGTH_LIMIT || !text_is_utf8(words, length))
		return refuse(error, invalid);
	scoped(formula) formula = own_alloc(sizeof *formula);
	formula->scratch.ceiling = FORMULA_TEXT_LIMIT;
	struct parser parser = {
		.formula = formula, .at = words, .find_field = find_field, .context = context};
	advance(&parser);
	formula->root = parse_chain(&parser, 0);
	if (!formula->root || parser.token.kind != TOKEN_END)
		return refuse(error, invalid);
	if (parser.unknown_count > 0)
		return refuse_unknown(&parser, error);
	*formula_out = take(formula);
	return true;
}

void formula_close(struct formula **formula)
{
	if (!*formula)
		return;
	formula_memory_done(&(*formula)->memory);
	formula_memory_done(&(*formula)->scratch);
	free(*formula);
	*formula = NULL;
}

struct formula_value formula_evaluate(struct formula *formula, const struct formula_row *row, int64_t now_ms)
{
	struct formula_walk walk = {.row = row, .now_ms = now_ms, .scratch = &formula->scratch};

	formula_memory_reset(&formula->scratch);
	struct formula_value value = formula_walk_node(&walk, formula->root);
	return walk.exhausted ? formula_fault() : value;
}

bool formula_matches(struct formula *formula, const struct formula_row *row, int64_t now_ms)
{
	return formula_is_true(formula_evaluate(formula, row, now_ms));
}

/* ---- back into words ---- */

/* What binds looser than 'precedence' is put in parentheses. */
static void print_node(struct text *words, const struct formula_node *node, int precedence);

/* Bytes that would end what they stand in, or that a literal cannot hold, behind a backslash. */
static void print_quoted(struct text *words, const char *text, char opening, char closing)
{
	text_add_bytes(words, &opening, 1);
	for (; *text; text++) {
		const char *escape = *text == '\n'   ? "\\n"
				     : *text == '\r' ? "\\r"
				     : *text == '\t' ? "\\t"
						     : NULL;
		bool in_text = closing == '\'';
		if (*text == closing || (in_text && *text == '\\'))
			text_format(words, "\\%c", *text);
		else if (in_text && escape)
			text_add(words, escape);
		else
			text_add_bytes(words, text, 1);
	}
	text_add_bytes(words, &closing, 1);
}

static const char *symbol_of(enum formula_operator sign)
{
	for (size_t i = 0; i < countof(operators); i++)
		if (operators[i].sign == sign)
			return operators[i].symbol;
	return ",";
}

static int precedence_of_chain(const struct formula_node *chain)
{
	return precedence_of((struct token){.kind = TOKEN_OPERATOR, .sign = chain->parts->next->sign});
}

static void print_parts(struct text *words, const struct formula_node *parts, int precedence)
{
	for (const struct formula_node *part = parts; part; part = part->next) {
		if (part != parts)
			text_add(words, symbol_of(part->sign));
		print_node(words, part, precedence);
	}
}

static void print_chain(struct text *words, const struct formula_node *chain, int precedence)
{
	bool parentheses = precedence_of_chain(chain) < precedence;

	text_add(words, parentheses ? "(" : "");
	print_parts(words, chain->parts, precedence_of_chain(chain) + 1);
	text_add(words, parentheses ? ")" : "");
}

static void print_node(struct text *words, const struct formula_node *node, int precedence)
{
	switch (node->kind) {
	case NODE_TEXT:
		print_quoted(words, node->text, '\'', '\'');
		break;
	case NODE_NUMBER:
		text_add(words, node->text);
		break;
	case NODE_FIELD:
		print_quoted(words, node->text, '{', '}');
		break;
	case NODE_MINUS:
		text_add(words, "-");
		print_node(words, node->parts, PRECEDENCE_TIGHTEST + 1);
		break;
	case NODE_CHAIN:
		print_chain(words, node, precedence);
		break;
	case NODE_CALL:
		text_format(words, "%s(", node->function->name);
		print_parts(words, node->parts, 0);
		text_add(words, ")");
		break;
	}
}

char *formula_print(const struct formula *formula)
{
	struct text words = {0};

	print_node(&words, formula->root, 0);
	return text_take(&words);
}
