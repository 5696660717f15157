/**
 * Speed and memory beside the Python stack, measured side by side: what is run ({@code Item}), the
 * two workers that run it in turn, the machine's own limits, and the results as lines, a table and
 * a picture. Nothing here is used by the library itself.
 */
package org.tina.bench;
