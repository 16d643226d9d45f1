BEGIN TRANSACTION;
CREATE TABLE execution (
	id INTEGER NOT NULL, 
	submission_id INTEGER NOT NULL, 
	variant INTEGER NOT NULL, 
	hidden BOOLEAN NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	detail TEXT NOT NULL, 
	isolation VARCHAR(16) NOT NULL, 
	seconds DOUBLE NOT NULL, 
	failures JSON NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (submission_id, variant), 
	FOREIGN KEY(submission_id) REFERENCES submission (id) ON DELETE CASCADE
);
INSERT INTO "execution" VALUES(1,1,0,0,'complete','','bubblewrap',1.5,'[[3, "NameError", "no x"]]');
INSERT INTO "execution" VALUES(2,1,71,1,'complete','','bubblewrap',1.5,'[[3, "NameError", "no x"]]');
INSERT INTO "execution" VALUES(3,2,0,0,'complete','','bubblewrap',1.5,'[[3, "NameError", "no x"]]');
INSERT INTO "execution" VALUES(4,2,71,1,'complete','','bubblewrap',1.5,'[[3, "NameError", "no x"]]');
INSERT INTO "execution" VALUES(5,3,0,0,'complete','','page',0.0,'[]');
CREATE TABLE exercise (
	id INTEGER NOT NULL, 
	code VARCHAR(40) NOT NULL, 
	edition VARCHAR(40) NOT NULL, 
	points DOUBLE NOT NULL, 
	info JSON NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (code, edition)
);
INSERT INTO "exercise" VALUES(1,'9-01','first',4.0,'{"id": "9-01", "kind": "exercise", "title": {"en": "One number", "zh": "\u4e00\u4e2a\u6570"}, "level": "junior", "competencies": ["C1"], "minutes": 5, "edition": "first", "answers": [{"name": "double", "type": "number", "ask": {"en": "Twice the number", "zh": "\u8fd9\u4e2a\u6570\u7684\u4e24\u500d"}, "points": 2, "tolerance": 0.05}, {"name": "size", "type": "choice", "ask": {"en": "How large is it?", "zh": "\u5b83\u6709\u591a\u5927?"}, "choices": [{"id": "big", "label": {"en": "Big", "zh": "\u5927"}}, {"id": "small", "label": {"en": "Small", "zh": "\u5c0f"}}]}, {"name": "squares", "type": "table", "ask": {"en": "Its square", "zh": "\u5b83\u7684\u5e73\u65b9"}, "key": ["n"], "columns": [{"name": "n", "zh": "\u6570"}, {"name": "square", "zh": "\u5e73\u65b9", "tolerance": 0.1}]}]}');
CREATE TABLE mark (
	id INTEGER NOT NULL, 
	submission_id INTEGER NOT NULL, 
	name VARCHAR(100) NOT NULL, 
	points DOUBLE NOT NULL, 
	earned DOUBLE NOT NULL, 
	flag VARCHAR(16) NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (submission_id, name), 
	FOREIGN KEY(submission_id) REFERENCES submission (id) ON DELETE CASCADE
);
INSERT INTO "mark" VALUES(1,1,'double',2.0,2.0,'');
INSERT INTO "mark" VALUES(2,1,'size',1.0,0.0,'hard-coded');
INSERT INTO "mark" VALUES(3,1,'squares',1.0,0.0,'');
INSERT INTO "mark" VALUES(4,2,'double',2.0,0.5,'');
INSERT INTO "mark" VALUES(5,2,'size',1.0,0.0,'hard-coded');
INSERT INTO "mark" VALUES(6,2,'squares',1.0,0.0,'');
INSERT INTO "mark" VALUES(7,3,'double',2.0,2.0,'');
INSERT INTO "mark" VALUES(8,3,'size',1.0,0.0,'');
INSERT INTO "mark" VALUES(9,3,'squares',1.0,0.0,'');
CREATE TABLE result (
	id INTEGER NOT NULL, 
	execution_id INTEGER NOT NULL, 
	name VARCHAR(100) NOT NULL, 
	outcome VARCHAR(16) NOT NULL, 
	codes JSON NOT NULL, 
	value JSON, 
	reason TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (execution_id, name), 
	FOREIGN KEY(execution_id) REFERENCES execution (id) ON DELETE CASCADE
);
INSERT INTO "result" VALUES(1,1,'double','mistake','["NPS-1"]',20,'');
INSERT INTO "result" VALUES(2,1,'size','not attempted','[]','null','');
INSERT INTO "result" VALUES(3,1,'squares','invalid','[]','null','No table.');
INSERT INTO "result" VALUES(4,2,'double','mistake','["NPS-1"]',20,'');
INSERT INTO "result" VALUES(5,2,'size','not attempted','[]','null','');
INSERT INTO "result" VALUES(6,2,'squares','invalid','[]','null','No table.');
INSERT INTO "result" VALUES(7,3,'double','mistake','["NPS-1"]',20,'');
INSERT INTO "result" VALUES(8,3,'size','not attempted','[]','null','');
INSERT INTO "result" VALUES(9,3,'squares','invalid','[]','null','No table.');
INSERT INTO "result" VALUES(10,4,'double','mistake','["NPS-1"]',20,'');
INSERT INTO "result" VALUES(11,4,'size','not attempted','[]','null','');
INSERT INTO "result" VALUES(12,4,'squares','invalid','[]','null','No table.');
INSERT INTO "result" VALUES(13,5,'double','right','[]',20,'');
INSERT INTO "result" VALUES(14,5,'size','not attempted','[]','null','');
INSERT INTO "result" VALUES(15,5,'squares','not attempted','[]','null','');
CREATE TABLE submission (
	id INTEGER NOT NULL, 
	trainee_id INTEGER NOT NULL, 
	exercise_id INTEGER NOT NULL, 
	source VARCHAR(8) NOT NULL, 
	content VARCHAR(64) NOT NULL, 
	"plan" VARCHAR(64) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	note TEXT NOT NULL, 
	earned DOUBLE NOT NULL, 
	points DOUBLE NOT NULL, 
	seen_at DATETIME NOT NULL, 
	graded_at DATETIME NOT NULL, 
	received BLOB, 
	PRIMARY KEY (id), 
	UNIQUE (trainee_id, exercise_id, source, content), 
	FOREIGN KEY(trainee_id) REFERENCES trainee (id) ON DELETE CASCADE, 
	FOREIGN KEY(exercise_id) REFERENCES exercise (id)
);
INSERT INTO "submission" VALUES(1,1,1,'file','c1','p','graded','',2.0,4.0,'2026-11-22 06:56:14.354587','2026-11-22 06:56:14.354587',X'789C2BC9485548CBCC4955C84F53C8C9CCD3AD2C4D050043EE06DA');
INSERT INTO "submission" VALUES(2,2,1,'file','c2','p','graded','',0.5,4.0,'2026-11-22 06:56:14.361876','2026-11-22 06:56:14.361876',X'789C2BC9485548CBCC4955C84F5348CE48CDD34DCA0700438006B3');
INSERT INTO "submission" VALUES(3,3,1,'page','5d990812a554d252c8a30920b17c2077ebde4aed5b2584ea19c9449367f6ccfe','','graded','',2.0,4.0,'2026-11-22 06:56:14.368191','2026-11-22 06:56:14.368191',NULL);
CREATE TABLE trainee (
	id INTEGER NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	lang VARCHAR(8) NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (name)
);
INSERT INTO "trainee" VALUES(1,'lin-yue','zh');
INSERT INTO "trainee" VALUES(2,'陈博','en');
INSERT INTO "trainee" VALUES(3,'me','en');
CREATE INDEX ix_submission_exercise_id ON submission (exercise_id);
CREATE INDEX ix_submission_trainee_id ON submission (trainee_id);
COMMIT;
