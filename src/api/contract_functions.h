/*
 * contract_functions.h: a target's contract, for a load.
 */
#ifndef INGEST_API_CONTRACT_FUNCTIONS_H
#define INGEST_API_CONTRACT_FUNCTIONS_H

#include "contract/document.h"
#include "options/options.h"
#include "stage/stage.h"

/* What a load goes by: the contract of its target, and the options of contract and call. */
typedef struct LoadTerms
{
	int version;                      /* 0: there is no contract */
	const ContractDocument *document; /* NULL: there is no contract */
	char *options_text;               /* jsonb as text */
	IngestOptions *options;
} LoadTerms;

/* options: of the call, which come before those of the contract.  version 0: the newest. */
extern void load_terms(Oid target, int version, Jsonb *options, LoadTerms *terms);

/* How rows are read that were delivered before. */
typedef struct TermsAgain
{
	Jsonb *options; /* of their load: before those of the contract and of the call */
	List *set;      /* of DocumentRule *: columns that are computed now, and how */
	bool
		is_target_row; /* they have the target's columns, as PostgreSQL writes them, not those of a file */
} TermsAgain;

/* The same for such rows; the contract's checks of whole loads are left out. */
extern void load_terms_again(Oid target, const TermsAgain *again, Jsonb *options, LoadTerms *terms);

/* Tells a request what its load goes by. */
extern void load_terms_apply(const LoadTerms *terms, StageRequest *request);

#endif
