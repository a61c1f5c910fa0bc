BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
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
CREATE TABLE imported (
	fingerprint VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_imported PRIMARY KEY (fingerprint)
);
INSERT INTO "imported" VALUES('f00df00df00df00df00df00df00df00df00df00df00df00df00df00df00df00d');
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
CREATE INDEX ix_illustrations_guild_id_illustrations_origin_illustrations_id ON illustrations (guild_id, origin, id);
CREATE INDEX ix_scored_tags_name ON scored_tags (name);
CREATE INDEX ix_given_tags_name ON given_tags (name);
CREATE INDEX ix_neighbours_neighbour_id ON neighbours (neighbour_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('illustrations',9);
COMMIT;
