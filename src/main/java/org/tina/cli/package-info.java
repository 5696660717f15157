/**
 * The terminal: one small class a command, read by picocli. Results go to stdout, progress and
 * errors to stderr; exit code 2 means bad input, 1 a failure in the work, each with one line. What
 * a command does is done by the other rooms; here are only options, files and lines.
 */
package org.tina.cli;
