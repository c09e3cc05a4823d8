-- polls_contract.sql: one contract for all editions, and a table with the columns of the first one.
-- Columns of later editions come with their files.

CREATE TABLE polls_2019 (
	question_id int PRIMARY KEY, race text, year smallint, location text, type_simple text,
	type_detail text, pollster text, pollster_rating_id int, polldate date, samplesize numeric,
	cand1_name text, cand1_pct numeric, cand2_name text, cand2_pct numeric, cand3_pct numeric,
	margin_poll numeric, electiondate date, cand1_actual numeric, cand2_actual numeric,
	margin_actual numeric, error numeric, bias numeric, rightcall numeric, comment text, partisan text
);
SELECT to_json(ingest.set_contract('polls_2019', '{
	"description": "polls of elections; the key is pollno in 2019 and question_id since",
	"options": {"new_columns": "evolve"},
	"columns": {
		"question_id":  {"source": ["question_id", "pollno"], "required": true},
		"polldate":     {"dateformat": "%m/%d/%Y", "min": "1998-01-01"},
		"electiondate": {"dateformat": "%m/%d/%Y", "not_null": true},
		"type_simple":  {"allowed": ["Gov-G", "House-G", "Pres-G", "Pres-P", "Sen-G"]},
		"partisan":     {"allowed": ["D", "R", "I", "IND"]},
		"rightcall":    {"allowed": [0, 0.5, 1]},
		"samplesize":   {"min": 1},
		"pollster":     {"min_length": 1}
	},
	"rules": {
		"polled before":   "polldate <= electiondate",
		"at most 100 %":   "cand1_pct + cand2_pct + coalesce(cand3_pct, 0) <= 100",
		"margin of shares": "abs(cand1_pct - cand2_pct - margin_poll) <= 0.02"
	},
	"checks": {
		"whole":      {"type": "row_count", "min": 9000},
		"as before":  {"type": "row_count_change", "min": 0.9, "max": 1.2},
		"elections":  {"type": "null_ratio", "column": "electiondate", "max": 0},
		"types":      {"type": "distinct_count", "columns": "type_simple", "equals": 5}
	}}'));
