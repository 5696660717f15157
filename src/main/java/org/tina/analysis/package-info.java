/**
 * Results as tables: study logs, run directories and adapters become Tablesaw tables in one call
 * each, beside the tables of the paper, and claims get verdicts by stated rules. Nothing here
 * trains and nothing here draws; shares (Pass@1, format rate) are in [0, 1], the paper's tables in
 * percent as printed there.
 */
package org.tina.analysis;
