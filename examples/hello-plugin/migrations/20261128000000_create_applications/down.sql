DROP TABLE hello_applications;
