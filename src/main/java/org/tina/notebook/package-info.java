/**
 * Everything that knows of Jupyter: the kernel's main class, the pictures and tables that results
 * show themselves as, and the live dashboard of a training run. No other room knows of Jupyter;
 * nothing here computes with tensors.
 */
package org.tina.notebook;
