-- polls_load.sql: loads one edition; the primary key makes it an upsert. The key is question_id in
-- the newer editions and pollno in the first one.

SELECT to_json(r) FROM ingest.load('polls', :'file', options => '{
	"column_map": {"question_id": ["question_id", "pollno"]},
	"dateformat": "%m/%d/%Y"
}') AS r;
