/* The descriptors that a program begins with. */
#pragma once

/* A program that was started with stdin, stdout or stderr closed would get these numbers for its first files and sockets, and would
 * print into them: each that is closed is opened on /dev/null. Ends the process (exit 71) when that cannot be done. At the start
 * of main, before anything is opened. */
void descriptors_prepare(void);
