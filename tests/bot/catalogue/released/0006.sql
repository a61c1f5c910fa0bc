BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0006');
CREATE TABLE answer_neighbours (
	answer_id INTEGER NOT NULL, 
	rank INTEGER NOT NULL, 
	neighbour_id INTEGER NOT NULL, 
	distance FLOAT NOT NULL, 
	CONSTRAINT pk_answer_neighbours PRIMARY KEY (answer_id, rank), 
	CONSTRAINT fk_answer_neighbours_answer_id FOREIGN KEY(answer_id) REFERENCES answers (id) ON DELETE CASCADE, 
	CONSTRAINT fk_answer_neighbours_neighbour_id FOREIGN KEY(neighbour_id) REFERENCES illustrations (id) ON DELETE CASCADE
);
INSERT INTO "answer_neighbours" VALUES(840000000000000001,0,10,0.5);
CREATE TABLE answers (
	id INTEGER NOT NULL, 
	guild_id BIGINT NOT NULL, 
	channel_id BIGINT NOT NULL, 
	parent_id BIGINT NOT NULL, 
	private BOOLEAN NOT NULL, 
	asker_id BIGINT NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_answers PRIMARY KEY (id)
);
INSERT INTO "answers" VALUES(840000000000000001,700000000000000007,710000000000000071,0,0,500000000000000005,'2025-06-07 08:09:10.111213');
CREATE TABLE attachments (
	post_id INTEGER NOT NULL, 
	attachment_id BIGINT NOT NULL, 
	place INTEGER NOT NULL, 
	title TEXT NOT NULL, 
	spoiler BOOLEAN NOT NULL, 
	illustration_id INTEGER, 
	error VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_attachments PRIMARY KEY (post_id, attachment_id), 
	CONSTRAINT fk_attachments_post_id FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE, 
	CONSTRAINT fk_attachments_illustration_id FOREIGN KEY(illustration_id) REFERENCES illustrations (id) ON DELETE CASCADE
);
INSERT INTO "attachments" VALUES(810000000000000001,830000000000000001,0,'Harbour',0,10,'');
INSERT INTO "attachments" VALUES(810000000000000001,830000000000000002,1,'Covered',1,11,'');
INSERT INTO "attachments" VALUES(810000000000000002,830000000000000003,0,'broken.png',0,NULL,'truncated');
CREATE TABLE bundles (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	directory TEXT NOT NULL, 
	checksum VARCHAR(64) NOT NULL, 
	encoder_id VARCHAR(64) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	message TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL
);
INSERT INTO "bundles" VALUES(1,'bundle-1','abababababababababababababababababababababababababababababababab','enc-1','served','','2025-01-02 03:04:05.000000','2025-06-07 08:09:10.111213');
INSERT INTO "bundles" VALUES(2,'bundle-2','cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd','enc-2','refused','damaged','2025-01-02 03:04:05.000000','2025-06-07 08:09:10.111213');
CREATE TABLE channels (
	guild_id BIGINT NOT NULL, 
	channel_id BIGINT NOT NULL, 
	mode VARCHAR(16) NOT NULL, 
	changed_at DATETIME NOT NULL, 
	changed_by BIGINT NOT NULL, 
	CONSTRAINT pk_channels PRIMARY KEY (guild_id, channel_id)
);
INSERT INTO "channels" VALUES(700000000000000007,710000000000000071,'reply','2025-06-07 08:09:10.111213',600000000000000006);
INSERT INTO "channels" VALUES(700000000000000007,720000000000000072,'quiet','2025-06-07 08:09:10.111213',600000000000000006);
CREATE TABLE consents (
	user_id INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_consents PRIMARY KEY (user_id)
);
INSERT INTO "consents" VALUES(500000000000000005,'2025-06-07 08:09:10.111213');
CREATE TABLE embeddings (
	illustration_id INTEGER NOT NULL, 
	encoder_id VARCHAR(64) NOT NULL, 
	vector BLOB NOT NULL, 
	CONSTRAINT pk_embeddings PRIMARY KEY (illustration_id, encoder_id), 
	CONSTRAINT fk_embeddings_illustration_id FOREIGN KEY(illustration_id) REFERENCES illustrations (id) ON DELETE CASCADE
);
INSERT INTO "embeddings" VALUES(1,'enc-1',X'0000803F00000040');
INSERT INTO "embeddings" VALUES(3,'enc-1',X'00004040000080BF');
INSERT INTO "embeddings" VALUES(3,'enc-2',X'0000803F');
INSERT INTO "embeddings" VALUES(10,'enc-1',X'0000803F00000000');
CREATE TABLE errands (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	kind VARCHAR(16) NOT NULL, 
	guild_id BIGINT NOT NULL, 
	channel_id BIGINT NOT NULL, 
	message_id BIGINT NOT NULL, 
	post_id BIGINT
);
INSERT INTO "errands" VALUES(1,'render',700000000000000007,710000000000000071,820000000000000001,810000000000000001);
INSERT INTO "errands" VALUES(2,'delete',700000000000000007,710000000000000071,820000000000000002,NULL);
CREATE TABLE given_tags (
	illustration_id INTEGER NOT NULL, 
	rank INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	name_ja TEXT NOT NULL, 
	CONSTRAINT pk_given_tags PRIMARY KEY (illustration_id, rank), 
	CONSTRAINT fk_given_tags_illustration_id FOREIGN KEY(illustration_id) REFERENCES illustrations (id) ON DELETE CASCADE
);
INSERT INTO "given_tags" VALUES(1,0,'sun','太陽');
INSERT INTO "given_tags" VALUES(1,1,'a "quoted" tag','');
CREATE TABLE guild_tags (
	guild_id BIGINT NOT NULL, 
	name TEXT NOT NULL, 
	hidden BOOLEAN NOT NULL, 
	alias TEXT NOT NULL, 
	threshold FLOAT, 
	CONSTRAINT pk_guild_tags PRIMARY KEY (guild_id, name)
);
INSERT INTO "guild_tags" VALUES(700000000000000007,'sea',0,'ocean',NULL);
INSERT INTO "guild_tags" VALUES(700000000000000007,'blood',1,'',0.75);
CREATE TABLE guilds (
	guild_id INTEGER NOT NULL, 
	language VARCHAR(8) NOT NULL, 
	threshold FLOAT, 
	CONSTRAINT pk_guilds PRIMARY KEY (guild_id)
);
INSERT INTO "guilds" VALUES(700000000000000007,'ja',0.625);
INSERT INTO "guilds" VALUES(700000000000000008,'',NULL);
CREATE TABLE handed_in (
	illustration_id INTEGER NOT NULL, 
	user_id BIGINT NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_handed_in PRIMARY KEY (illustration_id), 
	CONSTRAINT fk_handed_in_illustration_id FOREIGN KEY(illustration_id) REFERENCES illustrations (id) ON DELETE CASCADE
);
INSERT INTO "handed_in" VALUES(11,600000000000000006,'2025-06-07 08:09:10.111213');
CREATE TABLE illustrations (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	guild_id BIGINT NOT NULL, 
	origin VARCHAR(16) NOT NULL, 
	title TEXT NOT NULL, 
	title_ja TEXT NOT NULL, 
	width_px INTEGER NOT NULL, 
	height_px INTEGER NOT NULL, 
	thumbnail VARCHAR(64) NOT NULL, 
	created_at DATETIME NOT NULL
);
INSERT INTO "illustrations" VALUES(1,0,'gallery','Sun','',64,48,'a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1','2025-01-02 03:04:05.000000');
INSERT INTO "illustrations" VALUES(3,0,'posted','Moon','月',640,480,'b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2','2025-06-07 08:09:10.111213');
INSERT INTO "illustrations" VALUES(4,0,'posted','It''s a
star','',1,20000,'c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3','2025-06-07 08:09:10.111213');
INSERT INTO "illustrations" VALUES(10,700000000000000007,'posted','Harbour','港',800,600,'d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4','2025-06-07 08:09:10.111213');
INSERT INTO "illustrations" VALUES(11,700000000000000007,'posted','Covered','',80,60,'e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5','2025-06-07 08:09:10.111213');
CREATE TABLE imported (
	fingerprint VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_imported PRIMARY KEY (fingerprint)
);
INSERT INTO "imported" VALUES('f00df00df00df00df00df00df00df00df00df00df00df00df00df00df00df00d');
CREATE TABLE jobs (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	kind VARCHAR(32) NOT NULL, 
	guild_id BIGINT NOT NULL, 
	channel_id BIGINT NOT NULL, 
	asker_id BIGINT NOT NULL, 
	notice_channel_id BIGINT NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	progress FLOAT NOT NULL, 
	message TEXT NOT NULL, 
	cursor TEXT NOT NULL, 
	notice BIGINT, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL
, worker VARCHAR(64), claimed_until DATETIME);
INSERT INTO "jobs" VALUES(1,'import',700000000000000007,710000000000000071,600000000000000006,710000000000000071,'running',0.5,'','{"place_id": 710000000000000071, "message_id": 810000000000000001}',850000000000000001,'2025-01-02 03:04:05.000000','2025-06-07 08:09:10.111213','0-3/16','2025-06-07 08:10:10.111213');
INSERT INTO "jobs" VALUES(2,'import',700000000000000007,710000000000000071,600000000000000006,0,'failed',0.25,'internal','',NULL,'2025-01-02 03:04:05.000000','2025-06-07 08:09:10.111213',NULL,NULL);
INSERT INTO "jobs" VALUES(3,'teach',700000000000000007,0,600000000000000006,0,'queued',0.0,'','',NULL,'2025-01-02 03:04:05.000000','2025-06-07 08:09:10.111213',NULL,NULL);
CREATE TABLE marks (
	illustration_id INTEGER NOT NULL, 
	user_id BIGINT NOT NULL, 
	name TEXT NOT NULL, 
	"right" BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, by_teacher BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT pk_marks PRIMARY KEY (illustration_id, user_id, name), 
	CONSTRAINT fk_marks_illustration_id FOREIGN KEY(illustration_id) REFERENCES illustrations (id) ON DELETE CASCADE
);
INSERT INTO "marks" VALUES(10,500000000000000005,'sea',1,'2025-06-07 08:09:10.111213',0);
INSERT INTO "marks" VALUES(10,600000000000000006,'boat',0,'2025-06-07 08:09:10.111213',0);
INSERT INTO "marks" VALUES(11,600000000000000006,'quay',1,'2025-06-07 08:09:10.111213',1);
CREATE TABLE neighbours (
	illustration_id INTEGER NOT NULL, 
	rank INTEGER NOT NULL, 
	neighbour_id INTEGER NOT NULL, 
	distance FLOAT NOT NULL, 
	CONSTRAINT pk_neighbours PRIMARY KEY (illustration_id, rank), 
	CONSTRAINT fk_neighbours_illustration_id FOREIGN KEY(illustration_id) REFERENCES illustrations (id) ON DELETE CASCADE, 
	CONSTRAINT fk_neighbours_neighbour_id FOREIGN KEY(neighbour_id) REFERENCES illustrations (id) ON DELETE CASCADE
);
INSERT INTO "neighbours" VALUES(3,0,1,0.25);
INSERT INTO "neighbours" VALUES(3,1,4,1.5);
CREATE TABLE notices (
	guild_id BIGINT NOT NULL, 
	channel_id BIGINT NOT NULL, 
	kind VARCHAR(32) NOT NULL, 
	CONSTRAINT pk_notices PRIMARY KEY (guild_id, channel_id, kind)
);
INSERT INTO "notices" VALUES(700000000000000007,710000000000000071,'permissions');
CREATE TABLE posts (
	id INTEGER NOT NULL, 
	guild_id BIGINT NOT NULL, 
	channel_id BIGINT NOT NULL, 
	parent_id BIGINT NOT NULL, 
	private BOOLEAN NOT NULL, 
	author_id BIGINT NOT NULL, 
	created_at DATETIME NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	reply_id BIGINT, 
	outdated BOOLEAN NOT NULL, 
	CONSTRAINT pk_posts PRIMARY KEY (id)
);
INSERT INTO "posts" VALUES(810000000000000001,700000000000000007,710000000000000071,720000000000000072,1,500000000000000005,'2025-06-07 08:09:10.111213','answered',820000000000000001,0);
INSERT INTO "posts" VALUES(810000000000000002,700000000000000007,710000000000000071,0,0,600000000000000006,'2025-06-07 08:09:10.111213','pending',NULL,1);
CREATE TABLE processes (
	worker VARCHAR(64) NOT NULL, 
	run VARCHAR(64) NOT NULL, 
	place TEXT NOT NULL, 
	first_shard INTEGER NOT NULL, 
	last_shard INTEGER NOT NULL, 
	shard_count INTEGER NOT NULL, 
	encoder_id VARCHAR(64) NOT NULL, 
	claimed_until DATETIME NOT NULL, 
	CONSTRAINT pk_processes PRIMARY KEY (worker)
);
INSERT INTO "processes" VALUES('5a17c0ffee5a17c0','0123456789abcdef','atelier:/var/lib/hoshizora',0,3,16,'enc','2026-11-30 20:00:00.000000');
CREATE TABLE refits (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tag_id INTEGER NOT NULL, 
	reason VARCHAR(16) NOT NULL, 
	asked_by BIGINT NOT NULL, 
	job_id INTEGER, 
	created_at DATETIME NOT NULL, worker VARCHAR(64), claimed_until DATETIME, 
	CONSTRAINT fk_refits_tag_id FOREIGN KEY(tag_id) REFERENCES taught_tags (id) ON DELETE CASCADE, 
	CONSTRAINT fk_refits_job_id FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE SET NULL
);
INSERT INTO "refits" VALUES(1,1,'marked',500000000000000005,NULL,'2025-06-07 08:09:10.111213',NULL,NULL);
INSERT INTO "refits" VALUES(2,2,'taught',600000000000000006,3,'2025-06-07 08:09:10.111213',NULL,NULL);
CREATE TABLE rescored_tags (
	illustration_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	score FLOAT NOT NULL, 
	threshold FLOAT NOT NULL, 
	CONSTRAINT pk_rescored_tags PRIMARY KEY (illustration_id, name), 
	CONSTRAINT fk_rescored_tags_illustration_id FOREIGN KEY(illustration_id) REFERENCES illustrations (id) ON DELETE CASCADE
);
INSERT INTO "rescored_tags" VALUES(10,'quay',0.875,0.625);
CREATE TABLE scored_tags (
	illustration_id INTEGER NOT NULL, 
	rank INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	name_ja TEXT NOT NULL, 
	score FLOAT NOT NULL, 
	threshold FLOAT NOT NULL, 
	CONSTRAINT pk_scored_tags PRIMARY KEY (illustration_id, rank), 
	CONSTRAINT fk_scored_tags_illustration_id FOREIGN KEY(illustration_id) REFERENCES illustrations (id) ON DELETE CASCADE
);
INSERT INTO "scored_tags" VALUES(3,0,'night sky','夜空',0.9375,0.5);
INSERT INTO "scored_tags" VALUES(3,1,'sea','',0.25,0.4);
CREATE TABLE states (
	"key" VARCHAR(64) NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_states PRIMARY KEY ("key")
);
INSERT INTO "states" VALUES('configured_bundle','bundle-1');
INSERT INTO "states" VALUES('tombstone_key','521fc92774dc49b6f636f62e207f89f8289a30218e808f5fb9ea1e12b70683f5');
CREATE TABLE tag_versions (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tag_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	reason VARCHAR(16) NOT NULL, 
	prior_id VARCHAR(64) NOT NULL, 
	positives INTEGER NOT NULL, 
	negatives INTEGER NOT NULL, 
	threshold FLOAT NOT NULL, 
	model BLOB, 
	created_at DATETIME NOT NULL, 
	created_by BIGINT NOT NULL, 
	CONSTRAINT fk_tag_versions_tag_id FOREIGN KEY(tag_id) REFERENCES taught_tags (id) ON DELETE CASCADE
);
INSERT INTO "tag_versions" VALUES(1,1,1,'taught','prior-1',1,0,0.5,NULL,'2025-06-07 08:09:10.111213',600000000000000006);
INSERT INTO "tag_versions" VALUES(2,1,2,'marked','prior-1',1,1,0.625,X'00FF10','2025-06-07 08:09:10.111213',500000000000000005);
CREATE TABLE taught_tags (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	guild_id BIGINT NOT NULL, 
	name TEXT NOT NULL, 
	name_ja TEXT NOT NULL, 
	promoted BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	created_by BIGINT NOT NULL
);
INSERT INTO "taught_tags" VALUES(1,700000000000000007,'quay','波止場',1,'2025-06-07 08:09:10.111213',600000000000000006);
INSERT INTO "taught_tags" VALUES(2,700000000000000007,'not yet','',0,'2025-06-07 08:09:10.111213',500000000000000005);
CREATE TABLE tombstones (
	seal BLOB NOT NULL, 
	wished_at DATETIME, 
	CONSTRAINT pk_tombstones PRIMARY KEY (seal)
);
INSERT INTO "tombstones" VALUES(X'D67DAAD445ABDF32D3061617FF176625',NULL);
INSERT INTO "tombstones" VALUES(X'DDB6A2874C4D0B9376203FF55180610B','2025-05-05 05:05:05.000000');
CREATE TABLE turns (
	name VARCHAR(128) NOT NULL, 
	worker VARCHAR(64) NOT NULL, 
	claimed_until DATETIME NOT NULL, 
	CONSTRAINT pk_turns PRIMARY KEY (name)
);
INSERT INTO "turns" VALUES('bundles','5a17c0ffee5a17c0','2026-11-30 20:00:00.000000');
CREATE TABLE version_examples (
	version_id INTEGER NOT NULL, 
	illustration_id INTEGER NOT NULL, 
	"right" BOOLEAN NOT NULL, 
	CONSTRAINT pk_version_examples PRIMARY KEY (version_id, illustration_id), 
	CONSTRAINT fk_version_examples_version_id FOREIGN KEY(version_id) REFERENCES tag_versions (id) ON DELETE CASCADE, 
	CONSTRAINT fk_version_examples_illustration_id FOREIGN KEY(illustration_id) REFERENCES illustrations (id) ON DELETE CASCADE
);
INSERT INTO "version_examples" VALUES(2,10,0);
INSERT INTO "version_examples" VALUES(2,11,1);
CREATE INDEX ix_illustrations_guild_id_illustrations_origin_illustrations_id ON illustrations (guild_id, origin, id);
CREATE INDEX ix_scored_tags_name ON scored_tags (name);
CREATE INDEX ix_given_tags_name ON given_tags (name);
CREATE INDEX ix_neighbours_neighbour_id ON neighbours (neighbour_id);
CREATE INDEX ix_posts_author_id ON posts (author_id);
CREATE INDEX ix_posts_state ON posts (state);
CREATE INDEX ix_posts_reply_id ON posts (reply_id);
CREATE INDEX ix_posts_channel_id_posts_id ON posts (channel_id, id);
CREATE INDEX ix_posts_parent_id ON posts (parent_id);
CREATE INDEX ix_posts_place ON posts (guild_id, channel_id, parent_id, private);
CREATE UNIQUE INDEX ix_attachments_illustration_id ON attachments (illustration_id);
CREATE INDEX ix_attachments_post_id_attachments_illustration_id ON attachments (post_id, illustration_id);
CREATE INDEX ix_channels_changed_by ON channels (changed_by);
CREATE INDEX ix_marks_user_id ON marks (user_id);
CREATE INDEX ix_marks_name_marks_illustration_id ON marks (name, illustration_id);
CREATE INDEX ix_answers_asker_id ON answers (asker_id);
CREATE INDEX ix_answers_guild_id_answers_channel_id ON answers (guild_id, channel_id);
CREATE INDEX ix_answer_neighbours_neighbour_id ON answer_neighbours (neighbour_id);
CREATE INDEX ix_errands_guild_id ON errands (guild_id);
CREATE UNIQUE INDEX ix_errands_message_id_errands_kind ON errands (message_id, kind);
CREATE INDEX ix_jobs_asker_id ON jobs (asker_id);
CREATE INDEX ix_jobs_guild_id_jobs_id ON jobs (guild_id, id);
CREATE INDEX ix_jobs_kind_jobs_state ON jobs (kind, state);
CREATE INDEX ix_taught_tags_created_by ON taught_tags (created_by);
CREATE UNIQUE INDEX ix_taught_tags_guild_id_taught_tags_name ON taught_tags (guild_id, name);
CREATE INDEX ix_tag_versions_created_by ON tag_versions (created_by);
CREATE UNIQUE INDEX ix_tag_versions_tag_id_tag_versions_number ON tag_versions (tag_id, number);
CREATE INDEX ix_version_examples_illustration_id ON version_examples (illustration_id);
CREATE INDEX ix_handed_in_user_id ON handed_in (user_id);
CREATE INDEX ix_rescored_tags_name ON rescored_tags (name);
CREATE INDEX ix_refits_tag_id ON refits (tag_id);
CREATE INDEX ix_refits_job_id ON refits (job_id);
CREATE UNIQUE INDEX ix_bundles_directory_bundles_checksum ON bundles (directory, checksum);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('illustrations',11);
INSERT INTO "sqlite_sequence" VALUES('errands',2);
INSERT INTO "sqlite_sequence" VALUES('jobs',3);
INSERT INTO "sqlite_sequence" VALUES('taught_tags',2);
INSERT INTO "sqlite_sequence" VALUES('tag_versions',2);
INSERT INTO "sqlite_sequence" VALUES('refits',2);
INSERT INTO "sqlite_sequence" VALUES('bundles',2);
COMMIT;
