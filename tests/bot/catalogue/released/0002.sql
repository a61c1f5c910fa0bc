BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
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
CREATE TABLE forgotten (
	post_id INTEGER NOT NULL, 
	CONSTRAINT pk_forgotten PRIMARY KEY (post_id)
);
INSERT INTO "forgotten" VALUES(810000000000000009);
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
);
INSERT INTO "jobs" VALUES(1,'import',700000000000000007,710000000000000071,600000000000000006,710000000000000071,'running',0.5,'','{"place_id": 710000000000000071, "message_id": 810000000000000001}',850000000000000001,'2025-01-02 03:04:05.000000','2025-06-07 08:09:10.111213');
INSERT INTO "jobs" VALUES(2,'import',700000000000000007,710000000000000071,600000000000000006,0,'failed',0.25,'internal','',NULL,'2025-01-02 03:04:05.000000','2025-06-07 08:09:10.111213');
CREATE TABLE marks (
	illustration_id INTEGER NOT NULL, 
	user_id BIGINT NOT NULL, 
	name TEXT NOT NULL, 
	"right" BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_marks PRIMARY KEY (illustration_id, user_id, name), 
	CONSTRAINT fk_marks_illustration_id FOREIGN KEY(illustration_id) REFERENCES illustrations (id) ON DELETE CASCADE
);
INSERT INTO "marks" VALUES(10,500000000000000005,'sea',1,'2025-06-07 08:09:10.111213');
INSERT INTO "marks" VALUES(10,600000000000000006,'boat',0,'2025-06-07 08:09:10.111213');
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
INSERT INTO "states" VALUES('deleted_at:500000000000000006','2025-05-05T05:05:05+00:00');
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
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('illustrations',11);
INSERT INTO "sqlite_sequence" VALUES('errands',2);
INSERT INTO "sqlite_sequence" VALUES('jobs',2);
COMMIT;
