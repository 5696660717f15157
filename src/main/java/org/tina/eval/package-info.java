/**
 * How good a policy is: problems answered by sampling, Pass@1 and its relatives, and how sure one
 * may be of them. Only measures; nothing here trains, and nothing here draws.
 */
package org.tina.eval;
