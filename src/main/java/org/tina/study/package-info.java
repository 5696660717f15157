/**
 * Studies: arms (recipes with changes) × seeds, run where they are missing, measured on the way and
 * left as a compact log. Tables and charts made from the logs are the next rooms' work.
 */
package org.tina.study;
