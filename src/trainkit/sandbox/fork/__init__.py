"""A warm process that is forked for each notebook: seconds of imports are paid once, not per submission.

`host` is the side of the grader; `zygote`, `enclosure`, `child` and what they use run inside of bubblewrap:

- `zygote` imports what notebooks need and has never run a trainee's code;
- it keeps what notebooks are given, one copy for all (`larder`);
- for each execution it forks a child, which goes into namespaces of its own (`enclosure`), gives up all
  rights (`linux`, `seccomp`) and runs cells (`child`, `shell`);
- host and child talk in lines of JSON (`wire`); the host trusts none of them.
"""
